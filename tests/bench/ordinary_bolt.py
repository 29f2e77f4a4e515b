"""The Bolt bot that most people write: the sync `App`, Flask, gunicorn, and mail in the listener.

Reads what bare Bolt reads. https://docs.slack.dev/tools/bolt-python/concepts/adapters
"""

import json
import smtplib
import sys
from email.message import EmailMessage
from typing import Any

from flask import Flask, request
from gunicorn.app.base import BaseApplication
from slack_bolt import Ack, App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk import WebClient

_MAIL_SECONDS = 30
_THREADS = 16


class Server(BaseApplication):
    """gunicorn as `gunicorn --threads 16` runs it, but on a free port."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        super().__init__()

    def load_config(self) -> None:
        """Say where to listen, and tell when the worker does."""
        self.cfg.set("bind", "127.0.0.1:0")
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", _THREADS)
        self.cfg.set("post_worker_init", _ready)

    def load(self) -> Flask:
        """Make the application, in the worker."""
        flask = Flask(__name__)
        handler = SlackRequestHandler(make_app(self._given))
        flask.post("/slack/events")(lambda: handler.handle(request))
        return flask


def make_app(given: dict[str, Any]) -> App:
    """Make the Bolt app."""
    client = WebClient(token=given["bot_token"], base_url=given["api_url"])
    app = App(client=client, signing_secret=given["signing_secret"])

    def open_modal(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=given["view"])

    def test_mail(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        message = EmailMessage()
        message["From"], message["To"] = "team@example.com", "bob@example.com"
        with smtplib.SMTP("127.0.0.1", int(body["text"]), timeout=_MAIL_SECONDS) as server:
            server.send_message(message)
        client.chat_postMessage(channel=body["channel_id"], text="accepted the message")

    app.command("/mailsettings")(open_modal)
    app.command("/mailtest")(test_mail)
    return app


def _ready(worker: Any) -> None:
    port = worker.sockets[0].getsockname()[1]
    sys.stderr.write(json.dumps({"event": "ready", "port": port}) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    Server(json.load(sys.stdin)).run()
