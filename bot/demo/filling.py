"""Fills the open settings form with a mail server's values, as a person would."""

from bot.demo.modal import Modal
from bot.demo.servers import DemoServer
from bot.smtp.settings import LABELS

_FORM = "mail_settings"
_PATIENCE = 5.0
"""Seconds for the bot to draw the form anew after a choice."""
_SIGN_IN = "Sign in without username and password"


async def fill(modal: Modal, server: DemoServer, *, port: int) -> None:
    """Choose and type what *server* needs. Raises LookupError where the form is not on top.

    Raises TimeoutError when the bot does not answer.
    """
    if modal.view.definition.get("callback_id") != _FORM:
        raise LookupError("Go back to the form of the settings first. Then choose the server.")
    await _choose(modal, "configuration", "Custom")
    await _choose(modal, "provider", "Other")
    await _choose(modal, "tls_mode", server.tls_mode.label)
    await _sign_in(modal, anonymously=not server.username)
    await _ssl_key(modal, wanted=server.wants_client)
    typed = {"host": server.host, "port": str(port), "from_address": server.from_address}
    if server.username:
        typed["username"] = server.username
    for name, text in typed.items():
        if modal.value(LABELS[name]) != text:
            await modal.type(LABELS[name], text)


async def _choose(modal: Modal, name: str, option: str) -> None:
    if modal.value(LABELS[name]) != option:
        await modal.choose(LABELS[name], option)
        await modal.changed(patience=_PATIENCE)


async def _ssl_key(modal: Modal, *, wanted: bool) -> None:
    label = LABELS["ssl_key"]
    if label in modal.fields():
        keys = [each for each in modal.options(label) if "(client key" in each]
        await modal.choose(label, keys[0] if wanted and keys else "None")


async def _sign_in(modal: Modal, *, anonymously: bool) -> None:
    label = LABELS["anonymous"]
    if bool(modal.value(label)) == anonymously:
        return
    if anonymously:
        await modal.tick(label, _SIGN_IN)
    else:
        await modal.untick(label, _SIGN_IN)
    await modal.changed(patience=_PATIENCE)
