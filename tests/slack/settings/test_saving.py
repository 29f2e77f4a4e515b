"""A form is judged as a whole, and saved as a whole or not at all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.config import Config
from bot.demo.drawing import visible_text
from bot.slack.deeds import SAVED, fields_of, revision_of
from bot.slack.settings.saving import complain
from bot.smtp.settings import Configuration, InvalidSettings, MailSettings, TLSMode

MakeConfig = Callable[..., Config]


def test_a_right_form_is_saved_with_its_password_and_written_down(desk: Any) -> None:
    desk.forms.wait_with(desk.me, "UADMIN-x", "s3cret pass")
    answer = desk.save(desk.fill(desk.open()))
    assert answer.complaints == {}
    assert "Saved." in visible_text(answer.view["blocks"])
    assert desk.saved.usable_password == "s3cret pass"
    assert desk.saved.password.set_by == "UADMIN"
    [entry] = desk.vault.audit.latest("T1", 10)
    assert (entry.actor, entry.action, revision_of(entry)) == ("UADMIN", SAVED, 1)
    assert "password" in fields_of(entry)
    assert "s3cret" not in repr(entry) + repr(answer)
    assert desk.vault.passwords.get("T1", "UADMIN-x") is None


def test_an_app_password_for_googles_host_is_saved_without_its_spaces(desk: Any) -> None:
    desk.forms.wait_with(desk.me, "UADMIN-x", "Abcd efgh ijkl mnop")
    desk.save(desk.fill(desk.open(), host="smtp.gmail.com"))
    assert desk.saved.usable_password == "Abcdefghijklmnop"


def test_every_complaint_comes_at_once_and_nothing_is_saved(desk: Any) -> None:
    wrong = {"host": "a b", "port": "0", "username": "", "from_address": "x", "reply_to": "y@"}
    answer = desk.save(desk.fill(desk.open(), **wrong))
    assert answer.complaints.keys() == wrong.keys()
    assert desk.saved is None
    assert desk.vault.audit.latest("T1", 10) == ()


@pytest.mark.parametrize(
    "typed", ["\ud800", "mail\udfff.example.com", "smtp://bob\ud800@a.example:587"]
)
@pytest.mark.parametrize(
    "name", ["host", "port", "username", "from_address", "sender_name", "reply_to"]
)
def test_half_a_character_is_a_complaint_under_its_field(desk: Any, name: str, typed: str) -> None:
    answer = desk.save(desk.fill(desk.open(), **{name: typed}))
    # Where a pasted address filled other fields too, the view itself has the complaint.
    assert name in answer.complaints or ":warning:" in visible_text(answer.view["blocks"])
    assert desk.saved is None


def test_a_save_quicker_than_the_redraw_of_custom_shows_the_fields_complained_of(
    desk: Any,
) -> None:
    desk.store(MailSettings(configuration=Configuration.DEFAULT))
    text = desk.says(desk.view(desk.open(), configuration="custom"))
    assert "Type the server's name" in text


def test_a_save_quicker_than_the_redraw_of_anonymous_shows_the_username(desk: Any) -> None:
    desk.store(MailSettings(host="a.example", from_address="a@a.example", anonymous=True))
    assert "Type the user name" in desk.says(desk.view(desk.open(), anonymous=False))


def test_a_complaint_under_more_options_shows_them(desk: Any) -> None:
    page = desk.open()
    desk.forms.keep(desk.me, replace(page.form, values=page.form.values | {"helo_name": "x"}))
    assert "Type a full host name" in desk.says(desk.fill(page))


def test_a_complaint_comes_with_the_fields_that_a_pasted_address_filled(desk: Any) -> None:
    text = desk.says(desk.fill(desk.open(), host="smtps://mail.example.com", from_address="x"))
    assert "took the pasted server address apart" in text
    assert ":warning:" in text


def test_saving_what_is_saved_writes_nothing(desk: Any, filled: MailSettings) -> None:
    desk.store(filled)
    assert "Nothing was changed" in desk.says(desk.view(desk.open()))
    assert desk.vault.settings.get("T1").revision == 1


def test_a_form_older_than_what_is_saved_overwrites_nothing(
    desk: Any, filled: MailSettings
) -> None:
    desk.store(filled)
    mine = desk.view(desk.open(), sender_name="Mine")
    desk.save(desk.view(desk.open(desk.owner), sender_name="Theirs"), desk.owner)
    answer = desk.save(mine)
    text = visible_text(answer.view["blocks"])
    assert "Sender name: saved now “Theirs”, in this form “Mine”" in text
    assert "Server address" not in text.partition("Compare")[0]
    assert desk.saved.sender_name == "Theirs"
    desk.save(answer.view | {"id": "V1", "state": {"values": {}}})
    assert desk.saved.sender_name == "Mine"


def test_who_is_quicker_between_reading_and_writing_wins(desk: Any, filled: MailSettings) -> None:
    desk.store(filled)
    page = desk.resume(desk.view(desk.open(), sender_name="Mine"))
    desk.store(replace(filled, sender_name="Theirs"))
    answer = desk.saving.save(desk.me, page)
    assert "saved other settings" in visible_text(answer.view["blocks"])
    assert desk.saved.sender_name == "Theirs"


def test_settings_deleted_meanwhile_are_told(desk: Any, filled: MailSettings) -> None:
    desk.store(filled)
    view = desk.view(desk.open(), sender_name="Mine")
    desk.vault.settings.delete("T1", at=desk.clock())
    assert "settings were deleted" in desk.says(view)
    assert desk.saved is None


@pytest.mark.parametrize(
    ("entered", "asked"),
    [
        ({"host": "other.example.com"}, "Give it again"),
        ({"port": "2525"}, "Give it again"),
        ({"username": "eve@example.com"}, "Give it again"),
        ({"tls_mode": "implicit", "port": "2525"}, "Give it again"),
        ({"tls_mode": "none", "port": "25"}, "never sent without encryption"),
    ],
)
def test_a_changed_destination_asks_for_the_password_again(
    desk: Any, filled: MailSettings, entered: dict[str, str], asked: str
) -> None:
    desk.store(filled)
    [sentence] = desk.save(desk.view(desk.open(), **entered)).complaints.values()
    assert asked in sentence
    assert desk.saved == filled


def test_other_changes_keep_the_password(desk: Any, filled: MailSettings) -> None:
    desk.store(filled)
    desk.save(desk.view(desk.open(), sender_name="Team", from_address="other@example.com"))
    assert desk.saved.password == filled.password


def test_an_app_password_loses_the_spaces_that_google_shows(desk: Any) -> None:
    page = desk.resume(desk.view(desk.open(), provider="gmail"))
    desk.forms.wait_with(desk.me, page.form.id, "abcd efgh ijkl mnop")
    desk.save(desk.view(page, username="a@gmail.com", from_address="a@gmail.com"))
    assert desk.saved.usable_password == "abcdefghijklmnop"


def test_default_keeps_the_own_server_and_its_password(
    desk: Any, filled: MailSettings, make_config: MakeConfig
) -> None:
    desk.config = make_config(
        MAILSETTINGS_DEFAULT_SMTP_URL="smtps://u:p@smtp.operator.example:465",
        MAILSETTINGS_DEFAULT_FROM="bot@operator.example",
    )
    desk.store(filled)
    text = desk.says(desk.view(desk.open(), configuration="default"))
    assert "Configuration: Default (was: Custom)" in text
    assert desk.saved == replace(filled, configuration=Configuration.DEFAULT)


def test_default_is_refused_where_the_operator_has_no_service(desk: Any) -> None:
    view = desk.view(desk.open())
    forged = {"configuration": {"selected_option": {"value": "default"}}}
    view["state"]["values"]["configuration"] = forged
    answer = desk.save(view)
    assert "provides no default mail service" in answer.complaints["configuration"]
    assert desk.saved is None


def test_where_only_the_operator_gives_passwords_settings_are_saved_without_one(
    desk: Any, make_config: MakeConfig
) -> None:
    desk.config = make_config(MAILSETTINGS_PASSWORD_IN_SLACK="never")
    without_tls = desk.fill(desk.open(), tls_mode="none", port="25")
    assert "never sent without encryption" in desk.save(without_tls).complaints["tls_mode"]
    text = desk.says(desk.fill(desk.open()))
    assert "mailsettings settings set-password" in text
    assert desk.saved.password is None


def test_a_password_without_tls_goes_only_where_the_operator_allows_it(
    desk: Any, make_config: MakeConfig
) -> None:
    desk.config = make_config(MAILSETTINGS_ALLOW_PLAINTEXT_AUTH="mail.example.com")
    for host, allowed in (("other.example.com", False), ("mail.example.com", True)):
        desk.forms.wait_with(desk.me, "UADMIN-x", "s3cret pass")
        answer = desk.save(desk.fill(desk.open(), host=host, tls_mode="none", port="25"))
        assert ("tls_mode" not in answer.complaints) is allowed
    assert desk.saved.tls_mode is TLSMode.NONE


def test_a_removed_password_is_removed(desk: Any, filled: MailSettings) -> None:
    desk.store(filled)
    page = desk.open()
    desk.forms.keep(desk.me, replace(page.form, password_removed=True))
    answer = desk.save(desk.view(page))
    assert "Set password" in answer.complaints["username"]
    assert desk.saved == filled
    page = desk.resume(desk.view(page, anonymous=True))
    desk.says(desk.view(page))
    assert desk.saved.password is None


def test_a_judgement_names_every_complaint(desk: Any) -> None:
    page = desk.open()
    with pytest.raises(InvalidSettings) as invalid:
        desk.saving.judge(desk.me, page)
    assert invalid.value.errors.keys() == {"host", "username", "from_address"}
    answer = complain(page, invalid.value.errors)
    assert answer.complaints == {}, "nobody has seen this page yet, so it is drawn"
