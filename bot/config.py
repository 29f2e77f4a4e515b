"""Every environment variable that we read, once: the table, the values, and all faults at once."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from bot import combined, variables
from bot.credentials import read_credentials
from bot.environment import Environment, Fault
from bot.smtp.policy import AddressPolicy
from bot.smtp.settings import MailServer

_PREFIX = "MAILSETTINGS_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable as the README's table shows it."""

    name: str
    default: str
    meaning: str
    secret: bool = False
    """A secret also has a form with `_FILE` at its end, naming a file that holds it."""


def _variable(name: str, default: str, meaning: str) -> Variable:
    return Variable(name=name, default=default, meaning=meaning)


def _secret(name: str, meaning: str) -> Variable:
    return Variable(name=name, default="", meaning=meaning, secret=True)


VARIABLES = (
    _secret(
        "SLACK_BOT_TOKEN",
        "The bot token of your Slack app, `xoxb-...`. Required for one workspace",
    ),
    _secret("SLACK_APP_TOKEN", "The app-level token, `xapp-...`: switches Socket Mode on"),
    _secret("SLACK_SIGNING_SECRET", "The app's signing secret. Required without an app token"),
    _variable(
        "SLACK_CLIENT_ID", "", "The app's client id: switches installation by many workspaces on"
    ),
    _secret("SLACK_CLIENT_SECRET", "The app's client secret. Required with a client id"),
    _variable(
        "SLACK_API_URL", "https://slack.com/api/", "Another Web API of Slack, such as GovSlack's"
    ),
    _variable(
        "HOST",
        "127.0.0.1",
        "Where the HTTP listener listens; in Socket Mode it serves health and metrics",
    ),
    _variable("PORT", "3000", "The HTTP listener's port; 0 is any free one"),
    _variable(
        "MAILSETTINGS_DATA_DIR",
        "~/.local/share/mailsettings",
        "Directory of the SQLite database and the keyring, made with mode 0700",
    ),
    Variable(
        name="DATABASE_URL",
        default="SQLite in the data directory",
        meaning="`postgresql://user:password@host/name`, or another SQLite file: "
        "`sqlite:////a/path`",
        secret=True,
    ),
    _secret("MAILSETTINGS_KEYRING", "The encryption keys themselves, in place of a keyring file"),
    _variable(
        "MAILSETTINGS_KEYRING_FILE", "`keyring` in the data directory", "The file with those keys"
    ),
    _variable(
        "MAILSETTINGS_KEYRING_COMMAND",
        "",
        "A command that prints those keys, such as that of a secrets manager; no shell reads it",
    ),
    _variable("MAILSETTINGS_ADMINS", "", "Slack user ids of further admins, comma separated"),
    _variable(
        "MAILSETTINGS_PUBLIC_URL",
        "",
        "The HTTPS address at which people reach the HTTP listener: switches the password page on",
    ),
    _variable(
        "MAILSETTINGS_PASSWORD_IN_SLACK", "fallback", "`never`: no password is typed into Slack"
    ),
    _secret(
        "MAILSETTINGS_DEFAULT_SMTP_URL",
        "The mail service behind “Default”: `smtp://`, `smtps://` or "
        "`smtp+starttls://user:password@host:port`",
    ),
    _variable("MAILSETTINGS_DEFAULT_FROM", "", "The From address of the mail service “Default”"),
    _variable(
        "MAILSETTINGS_ALLOWED_HOSTS",
        "",
        "Names, addresses and networks that may be connected to although they are private, "
        "loopback or link-local, comma separated",
    ),
    _variable(
        "MAILSETTINGS_ALLOWED_PORTS", "25,465,587,2525", "Ports that may be connected to; `*`: any"
    ),
    _variable(
        "MAILSETTINGS_ALLOW_PLAINTEXT_AUTH",
        "",
        "Hosts to which a password may go without TLS, comma separated",
    ),
    _variable("LOG_LEVEL", "info", "`debug`, `info`, `warning` or `error`"),
    _variable("LOG_FORMAT", "`text` on a terminal, else `json`", "`text` or `json`"),
)
"""All of them, in the README's order."""


class InvalidEnvironment(ValueError):
    """The environment can't be used; *faults* has all that is wrong, *config* what is not."""

    def __init__(self, faults: tuple[Fault, ...], *, config: "Config") -> None:
        super().__init__(", ".join(each.variable for each in faults))
        self.faults, self.config = faults, config


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the environment says, made sure of."""

    bot_token: str = field(repr=False)
    """Empty where installations bring their own, or where it was not asked for."""
    app_token: str | None = field(repr=False)
    """Set: Socket Mode. None: HTTP."""
    signing_secret: str | None = field(repr=False)
    client_id: str
    """Empty: one workspace, by the bot token."""
    client_secret: str = field(repr=False)
    api_url: str
    """Ends with a slash."""
    host: str
    port: int
    data_dir: Path
    database_url: str = field(repr=False)
    """May hold a password."""
    keyring_file: Path
    keyring_command: tuple[str, ...] = field(repr=False)
    """Prints the keyring; empty: it is elsewhere."""
    keyring_text: str | None = field(repr=False)
    """The keyring itself; None: it is in the file."""
    admins: frozenset[str]
    public_url: str | None
    """Without a slash at its end."""
    password_in_slack: bool
    default_server: MailServer | None
    default_from: str
    policy: AddressPolicy
    log_level: str
    log_format: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """All values that must appear in no log."""
        service = self.default_server.password if self.default_server else None
        tokens = (self.bot_token, self.app_token, self.signing_secret, self.client_secret)
        found = (
            *tokens,
            self.keyring_text,
            service,
            *combined.database_passwords(self.database_url),
        )
        return tuple(each for each in found if each)


def read(environ: Mapping[str, str], *, for_slack: bool = True, terminal: bool = False) -> Config:
    """Return what *environ* says. Raises InvalidEnvironment with all faults.

    Without *for_slack*, Slack's tokens are used where they are right and not missed where they
    aren't: the operator's commands need none. *terminal* tells whether a person reads the log,
    which decides its default format.
    """
    environment = Environment(environ)
    for_tokens = environment if for_slack else Environment(environ)
    slack = read_credentials(for_tokens)
    path = partial(variables.path, home=environment.text("HOME"))
    data_dir = environment.value(
        "MAILSETTINGS_DATA_DIR", path, fallback=Path(), default="~/.local/share/mailsettings"
    )
    policy = combined.policy(environment)
    default_server, default_from = combined.mail_service(environment, policy)
    config = Config(
        bot_token=slack.bot_token,
        app_token=slack.app_token or None,
        signing_secret=slack.signing_secret or None,
        client_id=slack.client_id,
        client_secret=slack.client_secret,
        api_url=environment.value(
            "SLACK_API_URL", variables.api_url, fallback="https://slack.com/api/"
        ),
        host=environment.text("HOST") or "127.0.0.1",
        port=environment.value("PORT", variables.port, fallback=3000),
        data_dir=data_dir,
        database_url=environment.parsed(
            "DATABASE_URL",
            environment.secret("DATABASE_URL"),
            variables.database_url,
            fallback=f"sqlite:///{quote(str(data_dir / 'mailsettings.db'))}",
        ),
        keyring_file=environment.value(
            "MAILSETTINGS_KEYRING_FILE", path, fallback=data_dir / "keyring"
        ),
        keyring_command=environment.value(
            "MAILSETTINGS_KEYRING_COMMAND", variables.command, fallback=()
        ),
        keyring_text=combined.keyring(environment),
        admins=environment.value("MAILSETTINGS_ADMINS", variables.admins, fallback=frozenset()),
        public_url=environment.value(
            "MAILSETTINGS_PUBLIC_URL", variables.public_url, fallback=None
        ),
        password_in_slack=_choice(
            environment, "MAILSETTINGS_PASSWORD_IN_SLACK", ("fallback", "never")
        )
        == "fallback",
        default_server=default_server,
        default_from=default_from,
        policy=policy,
        log_level=_choice(environment, "LOG_LEVEL", ("info", "debug", "warning", "error")),
        log_format=_choice(
            environment, "LOG_FORMAT", ("text", "json") if terminal else ("json", "text")
        ),
    )
    _refuse_unknown(environment)
    if environment.faults:
        raise InvalidEnvironment(tuple(environment.faults), config=config)
    return config


def _choice(environment: Environment, name: str, choices: tuple[str, ...]) -> str:
    """Return the value of *name* among *choices*, of which the first is the default."""
    return environment.value(name, partial(variables.one_of, choices=choices), fallback=choices[0])


def _refuse_unknown(environment: Environment) -> None:
    """Find misspelt variables, which would otherwise be ignored in silence."""
    ours = [each for each in VARIABLES if each.name.startswith(_PREFIX)]
    known = {each.name.removeprefix(_PREFIX) for each in ours}
    known |= {f"{each.name.removeprefix(_PREFIX)}_FILE" for each in ours if each.secret}
    for name in environment.names():
        rest = name.removeprefix(_PREFIX)
        if name != rest and rest not in known:
            near = difflib.get_close_matches(rest, known, n=1)
            hint = f"Did you mean {_PREFIX}{near[0]}? If not, remove it." if near else "Remove it."
            environment.fault(name, "There is no such variable.", hint)
