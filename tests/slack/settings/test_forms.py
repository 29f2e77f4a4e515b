"""Forms between clicks: each belongs to one person, keeps what is hidden, and waits with care."""

from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest

from bot.config import Config
from bot.slack.settings.forms import NotYourForm, form_id_of
from bot.smtp.settings import Configuration, MailSettings


def test_a_first_form_begins_empty(desk: Any) -> None:
    page = desk.open()
    assert page.revision == 0
    assert page.settings == MailSettings()
    assert page.form.values["configuration"] == "custom"
    assert page.form.values["test_address"] == "ana@example.com"
    assert not page.around.password_set_by
    assert page.shown == frozenset()


def test_where_the_operator_has_a_service_a_first_form_begins_with_it(
    desk: Any, make_config: Callable[..., Config]
) -> None:
    desk.config = make_config(
        MAILSETTINGS_DEFAULT_SMTP_URL="smtps://u:operator-secret@smtp.operator.example:465",
        MAILSETTINGS_DEFAULT_FROM="bot@operator.example",
    )
    page = desk.open()
    assert page.form.values["configuration"] == Configuration.DEFAULT
    assert page.around.default_server == "smtp.operator.example:465"
    assert "operator-secret" not in repr(page) + repr(page.around) + repr(desk.forms)


def test_a_form_shows_what_is_saved_and_of_the_password_who_and_when(
    desk: Any, filled: MailSettings
) -> None:
    desk.store(filled)
    page = desk.open()
    assert page.form.revision == page.revision == 1
    assert page.form.values["host"] == "mail.example.com"
    assert filled.password is not None
    assert page.around.password_set_by == "UOWNER"
    assert page.around.password_set_at == filled.password.set_at
    assert "s3cret" not in repr(page) + repr(page.form) + repr(page.around)


def test_what_was_typed_and_what_is_hidden_are_both_there(desk: Any) -> None:
    page = desk.resume(desk.view(desk.open(), username="ana", host="mail.example.com"))
    page = desk.resume(desk.view(page, anonymous=True))
    view = desk.view(page)
    assert "username" not in view["state"]["values"]
    page = desk.resume(view)
    assert page.form.values["username"] == "ana"
    assert page.form.values["anonymous"] is True
    assert page.form.view_id == "V1"
    assert "username" not in page.shown
    assert "host" in page.shown


def test_a_draft_that_is_a_click_behind_takes_the_fields_from_the_view(desk: Any) -> None:
    page = desk.open()
    desk.forms.keep(desk.me, page.form)
    ahead = replace(page, form=replace(page.form.change(host="b.example"), more=True))
    read = desk.resume(desk.view(ahead, port="2525"))
    assert read.form.values["host"] == "b.example"
    assert read.form.values["port"] == "2525"


@pytest.mark.parametrize(
    "metadata", ["", "no json", "[]", "7", "{}", '{"revision": 1}', '{"form": "UADMIN-x"}']
)
def test_a_view_that_is_no_form_of_ours_is_refused(desk: Any, metadata: str) -> None:
    with pytest.raises(NotYourForm) as refused:
        desk.resume({"private_metadata": metadata})
    assert "Run `/mailsettings`" in str(refused.value)


def test_a_view_without_metadata_is_refused() -> None:
    with pytest.raises(NotYourForm):
        form_id_of({})


def test_a_form_of_somebody_else_is_refused(desk: Any) -> None:
    page = desk.open()
    desk.forms.keep(desk.me, page.form)
    with pytest.raises(NotYourForm):
        desk.resume(desk.view(page), desk.owner)
    for form_id in ("UADMIN-x", "", "UADMIN"):
        with pytest.raises(NotYourForm):
            desk.forms.draft(desk.owner, form_id)


def test_of_clicks_at_once_each_is_kept_and_the_latest_wins(desk: Any) -> None:
    form = desk.open().form
    barrier = Barrier(4)

    def click(number: int) -> None:
        barrier.wait()
        desk.forms.keep(desk.me, replace(form, values=form.values | {"sender_name": str(number)}))

    threads = [Thread(target=click, args=[number]) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert desk.vault.drafts.get("T1", form.id).revision == 4


def test_a_new_password_waits_for_its_form_alone(desk: Any) -> None:
    form = desk.open().form
    desk.forms.wait_with(desk.me, form.id, "first")
    desk.forms.wait_with(desk.me, form.id, "second one")
    page = desk.forms.page(desk.me, form, drawn=form)
    assert page.waiting == "second one"
    assert page.around.password_waits
    assert "second one" not in repr(page)
    other = replace(form, id="UADMIN-y")
    assert desk.forms.page(desk.me, other, drawn=other).waiting is None


def test_a_password_that_waited_too_long_is_not_used(desk: Any) -> None:
    form = desk.open().form
    desk.forms.wait_with(desk.me, form.id, "new one")
    desk.clock.advance(minutes=30)
    assert desk.forms.page(desk.me, form, drawn=form).waiting == "new one"
    desk.clock.advance(seconds=1)
    page = desk.forms.page(desk.me, form, drawn=form)
    assert page.waiting is None
    assert not page.around.password_waits


def test_a_password_of_one_admin_does_not_serve_another(desk: Any) -> None:
    form = desk.open().form
    desk.forms.wait_with(desk.me, form.id, "mine alone")
    assert desk.forms.page(desk.owner, form, drawn=form).waiting is None


def test_a_dropped_password_is_gone(desk: Any) -> None:
    form = desk.open().form
    desk.forms.wait_with(desk.me, form.id, "new one")
    desk.forms.drop_waiting(desk.me, form.id)
    assert desk.vault.passwords.get("T1", form.id) is None
    desk.forms.drop_waiting(desk.me, form.id)


NEVER = {"MAILSETTINGS_PASSWORD_IN_SLACK": "never"}


@pytest.mark.parametrize(
    ("variables", "way"),
    [
        ({}, True),
        (NEVER, False),
        (NEVER | {"MAILSETTINGS_PUBLIC_URL": "https://mail.example.com"}, True),
    ],
)
def test_the_operator_decides_how_a_password_is_given(
    desk: Any, make_config: Callable[..., Config], variables: dict[str, str], way: bool
) -> None:
    desk.config = make_config(**variables)
    assert desk.open().around.password_way is way


def test_a_click_is_the_newest_until_another_replica_keeps_a_later_one(desk: Any) -> None:
    form = replace(desk.open().form, clicked=1.0)
    desk.forms.keep(desk.me, form)
    assert desk.forms.is_newest(desk.me, form)
    desk.forms.keep(desk.me, replace(form, clicked=2.0))
    assert not desk.forms.is_newest(desk.me, form)
