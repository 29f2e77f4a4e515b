"""A job is fixed before its test begins."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.config import Config
from bot.sending import Service, Trial
from bot.slack.access import Caller
from bot.slack.mailtest.jobs import Job, new_job
from bot.smtp.settings import MailSettings, Password
from bot.smtp.transcript import Failure

AT = datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
TRIAL = Trial(
    recipient="bob@example.com",
    send=False,
    code="4821",
    workspace="Acme",
    asked_by="ana",
    channel="general",
    at=AT,
)
BARE = MailSettings(
    host="mail.example.com",
    username="team@example.com",
    from_address="team@example.com",
    notifications=False,
)
PASSWORD = Password(value="s3cret", destination=BARE.destination, set_by="U1", set_at=AT)


@pytest.fixture
def job_of(caller: Caller, config: Config) -> Callable[..., Job]:
    def make(settings: MailSettings | None, *, revision: int = 0) -> Job:
        return new_job(caller, config, settings=settings, key=None, revision=revision, trial=TRIAL)

    return make


def test_a_job_names_what_is_tested(job_of: Callable[..., Job]) -> None:
    settings = MailSettings(
        host=BARE.host,
        username=BARE.username,
        from_address=BARE.from_address,
        notifications=False,
        password=PASSWORD,
    )
    job = job_of(settings, revision=3)
    assert isinstance(job.service, Service)
    test = job.run.test
    assert (test.team_id, test.asked_by) == ("T1", "UADMIN")
    assert (test.recipient, test.send, test.code) == ("bob@example.com", False, "4821")
    assert (test.server, test.revision, test.notifications) == ("mail.example.com:587", 3, False)
    assert "s3cret" not in repr(job)


@pytest.mark.parametrize("settings", [None, BARE])
def test_a_job_without_a_service_names_no_server(
    job_of: Callable[..., Job], settings: MailSettings | None
) -> None:
    job = job_of(settings)
    assert isinstance(job.service, Failure)
    assert job.run.test.server == ""
    assert job.run.test.notifications is (settings is None)


def test_a_job_knows_where_it_is_shown(job_of: Callable[..., Job]) -> None:
    url = "https://hooks.slack.com/commands/T1/1/secret"
    job = job_of(None).in_channel("C1", name="general", response_url=url)
    assert (job.run.channel, job.run.response_url, job.run.view_id) == ("C1", url, "")
    assert url not in repr(job)
    assert job_of(None).in_view("V1").run.view_id == "V1"
    form_test = job.from_form("F1")
    assert form_test.run.test.from_form
    assert form_test.run.form_id == "F1"
    assert not job.run.test.from_form
