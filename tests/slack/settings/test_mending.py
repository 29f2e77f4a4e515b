"""A form is changed as a failed test suggests; what can't be tested then is said."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.slack.settings.form import Form, new_form
from bot.slack.settings.mending import mended, untested
from bot.smtp.remedy import Remedy
from bot.smtp.settings import Configuration, MailSettings, TLSMode

REMEDY = Remedy(
    fix={"tls_mode": "starttls", "port": 587},
    label="Use SMTP with STARTTLS on port 587",
    reason="Port 587 of mail.example.com offers STARTTLS, with a valid certificate.",
)


@pytest.fixture
def form() -> Form:
    settings = MailSettings(host="mail.example.com", port=465, tls_mode=TLSMode.IMPLICIT)
    return new_form("U1-x", settings, revision=1, test_address="ana@example.com")


def test_the_change_stands_under_new_block_ids_with_a_sentence(form: Form) -> None:
    changed = mended(form, REMEDY)
    assert (changed.values["port"], changed.values["tls_mode"]) == ("587", "starttls")
    assert (changed.block_id("port"), changed.block_id("tls_mode")) == ("port.1", "tls_mode.1")
    assert changed.values["host"] == form.values["host"]
    assert changed.notice.startswith("*Use SMTP with STARTTLS on port 587*")
    assert "nothing is saved yet" in changed.notice
    assert "the test runs again" not in changed.notice
    again = mended(form, REMEDY, again="a1")
    assert again.again == "a1"
    assert "Save it, and the test runs again." in again.notice
    assert REMEDY.label in changed.notice


def test_a_box_is_changed_as_a_box(form: Form) -> None:
    anonymous = form.change(anonymous=True)
    remedy = Remedy(fix={"anonymous": False}, label="Sign in", reason="It asks for it.")
    assert mended(anonymous, remedy).values["anonymous"] is False


def test_a_form_that_says_so_already_is_told(form: Form) -> None:
    again = mended(mended(form, REMEDY), REMEDY)
    assert again.values == mended(form, REMEDY).values
    assert "say already" in again.notice


def test_a_form_of_the_operators_service_is_not_changed() -> None:
    settings = MailSettings(configuration=Configuration.DEFAULT)
    form = new_form("U1-x", settings, revision=1, test_address="")
    changed = mended(form, REMEDY)
    assert changed.values == form.values
    assert "Choose Custom" in changed.notice


def test_what_cannot_be_tested_yet_is_said_with_the_fields_names(
    assert_view: Callable[[dict[str, Any]], None],
) -> None:
    view = untested(REMEDY, {"port": "The password was given for *465* <!here>."})
    assert_view(view)
    text = "".join(each["text"]["text"] for each in view["blocks"])
    assert "• Server port: The password was given" in text
    assert "&lt;!here&gt;" in text
