"""Values that several variables of the environment make up, or that are a part of one."""

from functools import partial
from urllib.parse import quote

from sqlalchemy import make_url

from bot import variables
from bot.environment import Environment
from bot.smtp.policy import AddressPolicy
from bot.smtp.settings import MailServer
from storage.errors import InvalidKeyring
from storage.keyring import Keyring


def policy(environment: Environment) -> AddressPolicy:
    """Return the address policy, which three variables make up."""
    texts = {
        part: environment.value(
            f"MAILSETTINGS_{part.upper()}",
            partial(variables.policy_part, part=part),
            fallback="",
        )
        for part in variables.POLICY_PARTS
    }
    return AddressPolicy.parse(**texts)


def mail_service(environment: Environment, policy: AddressPolicy) -> tuple[MailServer | None, str]:
    """Return the operator's mail server and its From address."""
    url, sender = "MAILSETTINGS_DEFAULT_SMTP_URL", "MAILSETTINGS_DEFAULT_FROM"
    server = environment.parsed(
        url,
        environment.secret(url),
        partial(variables.mail_service, policy=policy),
        fallback=None,
    )
    address = environment.value(sender, variables.mail_address, fallback="")
    has_sender = bool(environment.text(sender))
    if environment.has_secret(url) and not has_sender:
        environment.fault(
            sender,
            f"It is not set, but {url} is: mail of that service needs a From address.",
            "Set one address, like team@example.com.",
        )
    if has_sender and not environment.has_secret(url):
        environment.fault(
            url,
            f"It is not set, but {sender} is: there is no mail service to use it with.",
            f"Set {url}, or remove {sender}.",
        )
    return server, address


def keyring(environment: Environment) -> str | None:
    """Return the text of the keyring if a variable holds it."""
    name = "MAILSETTINGS_KEYRING"
    text = environment.text(name)
    command = f"{name}_COMMAND"
    if environment.text(command) and environment.has_secret(name):
        environment.fault(
            command,
            f"{name} or {name}_FILE is set too, so one of them would be ignored.",
            "Remove all but one.",
        )
    if not text:
        return None
    environment.refuse_both(name)
    try:
        Keyring.parse(text)
    except InvalidKeyring as problem:
        environment.fault(
            name,
            str(problem),
            "Set the whole text of a keyring file, as `mailsettings keyring new` writes it.",
        )
    return text


def database_passwords(url: str) -> tuple[str | None, ...]:
    """Return the password in a database's URL, as it is written there and as it is meant."""
    parsed = make_url(url)
    if parsed.password is None:
        return ()
    return str(parsed.password), quote(str(parsed.password), safe="")
