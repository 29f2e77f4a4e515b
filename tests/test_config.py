import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import VARIABLES, Config, InvalidEnvironment, read
from bot.smtp.settings import MailServer, TLSMode
from storage.keyring import generate_key

SLACK = {
    "SLACK_BOT_TOKEN": "xoxb-1-2-abc",
    "SLACK_APP_TOKEN": "xapp-1-A-2-def",
    "HOME": "/home/ana",
}
SERVICE = {
    "MAILSETTINGS_DEFAULT_SMTP_URL": "smtps://ana:s3cret@smtp.example.com",
    "MAILSETTINGS_DEFAULT_FROM": "team@example.com",
}


def faults(environ: Mapping[str, str], *, for_slack: bool = True) -> dict[str, tuple[str, str]]:
    with pytest.raises(InvalidEnvironment) as found:
        read(environ, for_slack=for_slack)
    assert all(each.problem and each.cure for each in found.value.faults)
    return {each.variable: (each.problem, each.cure) for each in found.value.faults}


def config(**environ: str) -> Config:
    return read(SLACK | environ)


def fault(**environ: str) -> tuple[str, str]:
    """Return problem and cure of the one variable that is wrong."""
    found = faults(SLACK | environ)
    assert len(found) == 1, found
    (variable, sentences) = found.popitem()
    assert variable in environ
    return sentences


def test_an_empty_environment_is_told_all_that_is_missing_at_once() -> None:
    found = faults({})
    assert found.keys() == {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "MAILSETTINGS_DATA_DIR"}
    assert "xoxb-" in found["SLACK_BOT_TOKEN"][1]
    assert "SLACK_SIGNING_SECRET" in found["SLACK_APP_TOKEN"][1]


def test_two_tokens_are_enough_and_the_rest_has_defaults() -> None:
    found = read(SLACK)
    assert found.api_url == "https://slack.com/api/"
    assert (found.host, found.port) == ("127.0.0.1", 3000)
    assert found.data_dir == Path("/home/ana/.local/share/mailsettings")
    assert found.database_url == f"sqlite:///{found.data_dir}/mailsettings.db"
    assert found.keyring_file == found.data_dir / "keyring"
    assert found.keyring_text is found.public_url is found.default_server is None
    assert found.admins == frozenset()
    assert found.password_in_slack
    assert found.policy.allowed_ports == {25, 465, 587, 2525}
    assert (found.log_level, found.log_format) == ("info", "json")


def test_an_empty_variable_is_an_absent_one() -> None:
    assert read({each.name: "" for each in VARIABLES} | SLACK) == read(SLACK)
    assert "SLACK_BOT_TOKEN" in faults(SLACK | {"SLACK_BOT_TOKEN": " "})


def test_on_a_terminal_logs_are_text() -> None:
    assert read(SLACK, terminal=True).log_format == "text"
    assert read(SLACK | {"LOG_FORMAT": "json"}, terminal=True).log_format == "json"
    assert config(LOG_FORMAT="TEXT", LOG_LEVEL="Debug").log_level == "debug"


def test_a_signing_secret_takes_the_place_of_the_app_token() -> None:
    environ = SLACK | {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "8f742231b10e8888"}
    found = read(environ)
    assert (found.app_token, found.signing_secret) == (None, "8f742231b10e8888")
    assert read(SLACK).app_token == "xapp-1-A-2-def"


def test_a_token_that_rotates_is_a_bot_token_too() -> None:
    assert config(SLACK_BOT_TOKEN="xoxe.xoxb-1-abc").bot_token == "xoxe.xoxb-1-abc"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-A-2-def", "It holds an app-level token, not a bot token."),
        ("SLACK_BOT_TOKEN", "xoxp-1-2-abc", "It holds another kind of token, not a bot token."),
        ("SLACK_BOT_TOKEN", '"xoxb-1-2-abc"', "It is not a bot token."),
        ("SLACK_APP_TOKEN", "xoxb-1-2-abc", "It holds a bot token, not an app-level token."),
        ("SLACK_APP_TOKEN", "A0123456", "It is not an app-level token."),
        ("SLACK_SIGNING_SECRET", "xoxb-1-2-abc", "It holds a bot token, not a signing secret."),
        ("SLACK_SIGNING_SECRET", "8f74 2231", "It is not a signing secret."),
    ],
)
def test_a_mixed_up_token_is_named_by_its_kind_only(variable: str, value: str, words: str) -> None:
    problem, cure = fault(**{variable: value})
    assert problem == words
    assert value.strip('"') not in problem + cure


MANY = {
    "HOME": "/home/ana",
    "SLACK_CLIENT_ID": "123.456",
    "SLACK_CLIENT_SECRET": "8f742231b10e9999",
    "SLACK_SIGNING_SECRET": "8f742231b10e8888",
    "MAILSETTINGS_PUBLIC_URL": "https://mail-bot.example.com",
}


def test_client_id_and_secret_stand_in_place_of_a_bot_token() -> None:
    config = read(MANY)
    assert (config.client_id, config.bot_token) == ("123.456", "")
    assert config.client_secret == "8f742231b10e9999"
    assert config.client_secret in config.secrets
    assert config.client_secret not in repr(config)


@pytest.mark.parametrize(
    ("changes", "variable", "told"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1-2-abc"}, "SLACK_BOT_TOKEN", "set beside SLACK_CLIENT_ID"),
        ({"SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_SECRET", "SLACK_CLIENT_ID is"),
        ({"SLACK_CLIENT_ID": ""}, "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET is"),
        ({"SLACK_CLIENT_ID": "abc"}, "SLACK_CLIENT_ID", "not a client id"),
        ({"SLACK_CLIENT_SECRET": "xoxb-1-2"}, "SLACK_CLIENT_SECRET", "It holds a bot token"),
        ({"MAILSETTINGS_PUBLIC_URL": ""}, "MAILSETTINGS_PUBLIC_URL", "Slack sends people back"),
        ({"SLACK_SIGNING_SECRET": ""}, "SLACK_APP_TOKEN", "Slack could not reach the bot"),
    ],
)
def test_what_many_workspaces_need_is_told(
    changes: dict[str, str], variable: str, told: str
) -> None:
    found = faults(MANY | changes)
    assert found.keys() == {variable}
    assert told in found[variable][0]


def test_without_any_token_both_ways_are_named() -> None:
    found = faults({"HOME": "/home/ana"})
    assert "for installation by many workspaces, set SLACK_CLIENT_ID" in found["SLACK_BOT_TOKEN"][1]


def test_the_operators_commands_need_no_tokens_and_use_right_ones() -> None:
    assert read({"HOME": "/home/ana"}, for_slack=False).bot_token == ""
    wrong = {"HOME": "/home/ana", "SLACK_BOT_TOKEN": "wrong", "SLACK_CLIENT_ID": "1.2"}
    assert read(wrong, for_slack=False).bot_token == ""
    assert read(SLACK, for_slack=False).bot_token == "xoxb-1-2-abc"


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-1-2-filed\n", encoding="utf-8")
    environ = {**SLACK, "SLACK_BOT_TOKEN": "", "SLACK_BOT_TOKEN_FILE": str(file)}
    assert read(environ).bot_token == "xoxb-1-2-filed"


def test_a_secret_in_both_forms_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-1-2-filed\n", encoding="utf-8")
    problem, _ = fault(SLACK_BOT_TOKEN_FILE=str(file))
    assert problem.startswith("Both SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are set")
    keyring = f"primary {generate_key()}"
    found = faults(
        SLACK | {"MAILSETTINGS_KEYRING": keyring, "MAILSETTINGS_KEYRING_FILE": "/run/keyring"}
    )
    assert found.keys() == {"MAILSETTINGS_KEYRING_FILE"}


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"", "is empty"), (b"\xff\xfe", "does not name a text file")],
)
def test_a_file_without_a_secret_is_named(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    found = faults({**SLACK, "SLACK_BOT_TOKEN": "", "SLACK_BOT_TOKEN_FILE": str(file)})
    assert found.keys() == {"SLACK_BOT_TOKEN_FILE"}
    assert words in found["SLACK_BOT_TOKEN_FILE"][0]


def test_a_misspelt_variable_is_told_the_nearest_name() -> None:
    problem, cure = fault(MAILSETTINGS_ADMIN="U012AB3CD")
    assert problem == "There is no such variable."
    assert "MAILSETTINGS_ADMINS" in cure
    assert fault(MAILSETTINGS_XYZZY="")[1] == "Remove it."


def test_admins_are_user_ids() -> None:
    assert config(MAILSETTINGS_ADMINS=" U012AB3CD, W0XY ,").admins == {"U012AB3CD", "W0XY"}
    assert "“ana”" in fault(MAILSETTINGS_ADMINS="U012AB3CD,ana")[0]
    assert "can't be printed" in fault(MAILSETTINGS_ADMINS="U012\x1b[2J")[0]


def test_the_public_url_is_https_or_on_this_machine() -> None:
    assert config(MAILSETTINGS_PUBLIC_URL="https://a.example/bot/").public_url == (
        "https://a.example/bot"
    )
    assert config(MAILSETTINGS_PUBLIC_URL="http://localhost:3000").public_url
    assert config(MAILSETTINGS_PUBLIC_URL="http://[::1]:3000").public_url


@pytest.mark.parametrize(
    "url",
    [
        "http://bot.example.com",
        "http://127.evil.example",
        "ftp://localhost",
        "bot.example.com",
        "https://",
        "https://a.example:0",
        "https://a.example:99999",
        "https://[::1",
        "https://a.example/?x=1",
        "https://a.example/#x",
        "https://u:p@a.example",
        "https://a.exa mple",
        "https://a.exa\tmple",
    ],
)
def test_another_public_url_is_refused(url: str) -> None:
    fault(MAILSETTINGS_PUBLIC_URL=url)


def test_the_api_url_ends_with_one_slash() -> None:
    assert config(SLACK_API_URL="http://127.0.0.1:8080/api").api_url == "http://127.0.0.1:8080/api/"
    fault(SLACK_API_URL="http://slack.example/api/")


@pytest.mark.parametrize("value", ["65536", "-1", "http", "3.5", "٣"])
def test_a_port_is_a_number_up_to_65535(value: str) -> None:
    assert config(PORT="0").port == 0
    fault(PORT=value)


def test_a_choice_is_told_its_values() -> None:
    assert not config(MAILSETTINGS_PASSWORD_IN_SLACK="never").password_in_slack
    _, cure = fault(MAILSETTINGS_PASSWORD_IN_SLACK="no")
    assert "fallback, never" in cure
    fault(LOG_LEVEL="loud")
    fault(LOG_FORMAT="xml")


def test_paths_may_begin_with_the_home_directory() -> None:
    found = config(MAILSETTINGS_DATA_DIR="~/data", MAILSETTINGS_KEYRING_FILE="/run/keyring")
    assert found.data_dir == Path("/home/ana/data")
    assert found.keyring_file == Path("/run/keyring")
    environ = {**SLACK, "HOME": "", "MAILSETTINGS_DATA_DIR": "/srv/data"}
    assert read(environ).data_dir == Path("/srv/data")
    assert "HOME" in faults({**environ, "MAILSETTINGS_DATA_DIR": "~"})["MAILSETTINGS_DATA_DIR"][0]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:hunter22@db",
        "postgresql://ana:hunter22@db:many/mail",
        "postgresql+asyncpg://ana:hunter22@db/mail",
        "mysql://ana:hunter22@db/mail",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "/var/lib/mailsettings.db",
    ],
)
def test_only_a_sqlite_file_or_postgresql_keeps_the_data(url: str) -> None:
    assert config(DATABASE_URL="sqlite:////var/lib/x.db").database_url == "sqlite:////var/lib/x.db"
    problem, cure = fault(DATABASE_URL=url)
    assert "SQLite" in cure or "sqlite" in cure
    assert "hunter22" not in problem + cure


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_password_of_the_database_is_a_secret(scheme: str) -> None:
    url = f"{scheme}://ana:hunter%2022@db.example.com:5433/mail?sslmode=verify-full"
    found = config(DATABASE_URL=url)
    assert found.database_url == url
    assert "hunter" not in repr(found)
    assert {"hunter 22", "hunter%2022"} <= set(found.secrets)
    assert config(DATABASE_URL="postgresql:///mail?host=/run/postgresql").database_url


def test_the_database_may_be_named_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://ana:hunter22@db/mail\n", encoding="utf-8")
    assert config(DATABASE_URL_FILE=str(file)).database_url == "postgresql://ana:hunter22@db/mail"
    both = faults(SLACK | {"DATABASE_URL": "sqlite:////x.db", "DATABASE_URL_FILE": str(file)})
    assert both.keys() == {"DATABASE_URL_FILE"}


def test_a_command_may_print_the_keyring() -> None:
    words = config(MAILSETTINGS_KEYRING_COMMAND="vault kv get -field=text 'a b'").keyring_command
    assert words == ("vault", "kv", "get", "-field=text", "a b")
    assert config().keyring_command == ()
    assert "quotation mark" in fault(MAILSETTINGS_KEYRING_COMMAND="vault 'a")[0]
    key = f"primary {generate_key()}"
    for other in ({"MAILSETTINGS_KEYRING": key}, {"MAILSETTINGS_KEYRING_FILE": "/run/keyring"}):
        found = faults(SLACK | other | {"MAILSETTINGS_KEYRING_COMMAND": "vault"})
        assert found.keys() == {"MAILSETTINGS_KEYRING_COMMAND"}


def test_a_keyring_may_be_given_as_text_and_is_checked() -> None:
    key = generate_key()
    text = f"# ours\nprimary {key}\n"
    assert config(MAILSETTINGS_KEYRING=text).keyring_text == text.strip()
    problem, cure = fault(MAILSETTINGS_KEYRING=key)
    assert "Line 1" in problem
    assert key not in problem + cure


def test_each_part_of_the_address_policy_is_told_its_own_fault() -> None:
    found = config(
        MAILSETTINGS_ALLOWED_HOSTS="10.0.0.0/8, mail.corp", MAILSETTINGS_ALLOWED_PORTS="*"
    )
    assert found.policy.allowed_hosts == ("10.0.0.0/8", "mail.corp")
    assert found.policy.allowed_ports is None
    parts = {
        "MAILSETTINGS_ALLOWED_HOSTS": "10.0.0.0/99",
        "MAILSETTINGS_ALLOWED_PORTS": "smtp",
        "MAILSETTINGS_ALLOW_PLAINTEXT_AUTH": "a b@c",
    }
    assert faults(SLACK | parts).keys() == parts.keys()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 25, TLSMode.NONE, None, None)),
        ("SMTPS://Mail.Example.com/", ("mail.example.com", 465, TLSMode.IMPLICIT, None, None)),
        (
            "smtp+starttls://ana%40example.com:p%40ss%3A%2Fword@mail.example.com:2525",
            ("mail.example.com", 2525, TLSMode.STARTTLS, "ana@example.com", "p@ss:/word"),
        ),
        ("smtps://u:p@[2606:4700::1]:465", ("2606:4700::1", 465, TLSMode.IMPLICIT, "u", "p")),
        ("smtps://u:é@mail.example.com", ("mail.example.com", 465, TLSMode.IMPLICIT, "u", "é")),
    ],
)
def test_the_mail_service_is_read_from_its_url(
    url: str, server: tuple[str, int, TLSMode, str | None, str | None]
) -> None:
    host, port, mode, username, password = server
    found = read(SLACK | SERVICE | {"MAILSETTINGS_DEFAULT_SMTP_URL": url})
    assert found.default_server == MailServer(
        host=host, port=port, tls_mode=mode, username=username, password=password
    )
    assert found.default_from == "team@example.com"


@pytest.mark.parametrize(
    "url",
    [
        "https://u:hunter22@mail.example.com",
        "mail.example.com:587",
        "smtps://u:hunter22@",
        "smtps://u:hunter22@mail.example.com:0",
        "smtps://u:hunter22@mail.example.com:smtp",
        "smtps://u:hunter22@mail.example.com/INBOX",
        "smtps://u:hunter22@mail.example.com?x",
        "smtps://u:hunter22#@mail.example.com",
        "smtps://u:hunter22/x@mail.example.com",
        "smtps://u:hunter22%0d@mail.example.com",
        "smtps://u:hunter22%ff@mail.example.com",
        "smtps://u:hunter22 @mail.example.com",
        "smtps://u:hunter22\t@mail.example.com",
        "smtps://u:hunter22@[::1",
        "smtps://u:hunter22@ma\u2100il.example.com",
        "smtps://hunter22@mail.example.com",
        "smtps://:hunter22@mail.example.com",
        "smtp://u:hunter22@mail.example.com",
    ],
)
def test_another_mail_service_is_refused_and_its_password_is_not_shown(url: str) -> None:
    found = faults(SLACK | SERVICE | {"MAILSETTINGS_DEFAULT_SMTP_URL": url})
    assert found.keys() == {"MAILSETTINGS_DEFAULT_SMTP_URL"}
    assert "hunter22" not in str(found)


def test_a_password_goes_without_tls_only_to_a_host_that_the_operator_names() -> None:
    environ = SLACK | SERVICE | {"MAILSETTINGS_DEFAULT_SMTP_URL": "smtp://u:p@mail.corp"}
    cure = faults(environ)["MAILSETTINGS_DEFAULT_SMTP_URL"][1]
    assert "MAILSETTINGS_ALLOW_PLAINTEXT_AUTH" in cure
    found = read(environ | {"MAILSETTINGS_ALLOW_PLAINTEXT_AUTH": "mail.corp"})
    assert found.default_server
    assert found.default_server.password == "p"


@pytest.mark.parametrize(
    ("url", "variable"),
    [
        ("smtps://mail.example.com:1025", "MAILSETTINGS_ALLOWED_PORTS"),
        ("smtps://10.1.2.3", "MAILSETTINGS_ALLOWED_HOSTS"),
    ],
)
def test_a_mail_service_that_the_address_policy_forbids_is_told_at_once(
    url: str, variable: str
) -> None:
    environ = SLACK | SERVICE | {"MAILSETTINGS_DEFAULT_SMTP_URL": url}
    assert variable in faults(environ)["MAILSETTINGS_DEFAULT_SMTP_URL"][0]
    allowed = {"MAILSETTINGS_ALLOWED_PORTS": "*", "MAILSETTINGS_ALLOWED_HOSTS": "10.0.0.0/8"}
    assert read(environ | allowed).default_server


def test_mail_service_and_from_address_belong_together() -> None:
    without_sender = SLACK | SERVICE | {"MAILSETTINGS_DEFAULT_FROM": ""}
    assert faults(without_sender).keys() == {"MAILSETTINGS_DEFAULT_FROM"}
    without_service = SLACK | SERVICE | {"MAILSETTINGS_DEFAULT_SMTP_URL": ""}
    assert faults(without_service).keys() == {"MAILSETTINGS_DEFAULT_SMTP_URL"}
    bad_sender = SLACK | SERVICE | {"MAILSETTINGS_DEFAULT_FROM": "team"}
    assert faults(bad_sender).keys() == {"MAILSETTINGS_DEFAULT_FROM"}


def test_no_secret_is_in_the_repr_and_all_are_named_for_the_log() -> None:
    keyring = f"primary {generate_key()}"
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-1-2-abc",
        "SLACK_APP_TOKEN": "xapp-1-A-2-def",
        "SLACK_SIGNING_SECRET": "8f742231b10e8888",
        "MAILSETTINGS_KEYRING": keyring,
    }
    found = read(SLACK | SERVICE | secrets)
    assert set(found.secrets) == {*secrets.values(), "s3cret"}
    assert not any(each in repr(found) for each in found.secrets)


def test_the_table_names_each_variable_once_and_every_secret_is_marked() -> None:
    names = [each.name for each in VARIABLES]
    assert len(names) == len(set(names))
    assert {each.name for each in VARIABLES if each.secret} == {
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_CLIENT_SECRET",
        "DATABASE_URL",
        "MAILSETTINGS_KEYRING",
        "MAILSETTINGS_DEFAULT_SMTP_URL",
    }


printable = st.characters(codec="utf-8", exclude_characters="\0")


@given(st.dictionaries(st.sampled_from([each.name for each in VARIABLES]), st.text(printable)))
def test_whatever_the_environment_says_the_answer_is_a_config_or_its_faults(
    environ: dict[str, str],
) -> None:
    try:
        found = read({"HOME": "/home/ana"} | environ)
    except InvalidEnvironment as problem:
        secrets = {each.name for each in VARIABLES if each.secret}
        for each in problem.faults:
            assert re.fullmatch(r"[A-Z_]+", each.variable)
            value = environ.get(each.variable, "").strip()
            if each.variable in secrets and len(value) > 8:
                assert value not in each.problem + each.cure
    else:
        assert found.client_id or found.bot_token.startswith("xox")
