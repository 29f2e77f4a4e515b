"""The smallest Bolt bot that opens a modal, as Bolt's own documents show it: the yardstick.

Reads what it needs as JSON on the standard input: tokens, the Web API's address and the modal.
https://docs.slack.dev/tools/bolt-python/concepts/async
"""

import asyncio
import json
import sys
from typing import Any

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient


async def serve(given: dict[str, Any]) -> None:
    """Serve until the process ends."""
    client = AsyncWebClient(token=given["bot_token"], base_url=given["api_url"])
    app = AsyncApp(client=client, signing_secret=given["signing_secret"])

    async def open_modal(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=given["view"])

    app.command("/mailsettings")(open_modal)
    # As `app.start()` does it, but on a free port.
    runner = web.AppRunner(app.web_app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stderr.write(json.dumps({"event": "ready", "port": runner.addresses[0][1]}) + "\n")
    sys.stderr.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.load(sys.stdin)))
