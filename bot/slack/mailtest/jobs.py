"""A test that is about to begin: what is asked, with which settings, where it is shown. Pure."""

from dataclasses import dataclass, replace

from bot.config import Config
from bot.sending import Service, Trial, service_of
from bot.slack.access import Caller
from bot.slack.mailtest.run import TestRun
from bot.slack.mailtest.view import Test
from bot.smtp.settings import MailSettings
from bot.smtp.ssl_keys import SSLKey
from bot.smtp.transcript import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything that a test needs, fixed before it begins."""

    run: TestRun
    settings: MailSettings
    service: Service | Failure
    trial: Trial

    def in_channel(self, channel: str, *, name: str, response_url: str) -> "Job":
        """Return the job as one that is shown in a channel."""
        run = replace(self.run, channel=channel, channel_name=name, response_url=response_url)
        return replace(self, run=run)

    def in_view(self, view_id: str) -> "Job":
        """Return the job as one that is shown in a view."""
        return replace(self, run=replace(self.run, view_id=view_id))

    def from_form(self, form_id: str) -> "Job":
        """Return the job as one that tests what stands in a form."""
        test = replace(self.run.test, from_form=True)
        return replace(self, run=replace(self.run, test=test, form_id=form_id))


def new_job(
    caller: Caller,
    config: Config,
    *,
    settings: MailSettings | None,
    key: SSLKey | None,
    revision: int,
    trial: Trial,
) -> Job:
    """Make a job; *settings* is None where a workspace saved nothing, *key* is its SSL key."""
    service = service_of(settings, config, key=key)
    server = service.server if isinstance(service, Service) else None
    known = settings if settings is not None else MailSettings()
    test = Test(
        team_id=caller.team_id,
        asked_by=caller.user_id,
        recipient=trial.recipient,
        send=trial.send,
        code=trial.code,
        server=f"{server.host}:{server.port}" if server is not None else "",
        revision=revision,
        notifications=known.notifications,
        protocol=server.tls_mode.label if server is not None else "",
        login=server is not None and server.username is not None,
        from_domain=service.from_address.rpartition("@")[2] if isinstance(service, Service) else "",
    )
    run = TestRun(test=test, asked_by_name=trial.asked_by)
    return Job(run=run, settings=known, service=service, trial=trial)
