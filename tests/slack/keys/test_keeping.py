from dataclasses import replace
from typing import Any

import pytest

from bot.slack.access import Caller
from bot.slack.keys.keeping import GONE, KeyRefused, Keys
from bot.slack.keys.kept import MOST_KEYS
from bot.smtp.settings import MailSettings
from bot.smtp.ssl_keys import LONGEST_NAME, SSLKey, SSLKeyKind, UnusableKey
from bot.vault import Vault


@pytest.fixture
def keys(vault: Vault, clock: Any) -> Keys:
    return Keys(vault=vault, clock=clock)


@pytest.fixture
def client(make_key: Any) -> SSLKey:
    key: SSLKey = make_key(kind=SSLKeyKind.CLIENT, private_key=b"secret")
    return key


def use(keys: Keys, key_id: str) -> None:
    saved = keys.vault.settings.get("T1")
    keys.vault.settings.put(
        "T1",
        MailSettings(ssl_key=key_id),
        revision=saved.revision if saved else 0,
        by="UADMIN",
        at=keys.clock(),
    )


def deeds(keys: Keys) -> list[tuple[str, Any]]:
    entries = reversed(keys.vault.audit.latest("T1", 99))
    return [(each.action, each.detail.get("name")) for each in entries]


def test_keys_come_in_the_order_of_their_names(keys: Keys, caller: Caller, make_key: Any) -> None:
    for name in ("b", "A", "c"):
        keys.upload(caller, make_key(name=name))
    assert [each.key.name for each in keys.every("T1")] == ["A", "b", "c"]
    assert keys.every("T2") == ()
    assert deeds(keys) == [("key.uploaded", "b"), ("key.uploaded", "A"), ("key.uploaded", "c")]


def test_one_too_many_is_refused(
    keys: Keys, caller: Caller, make_key: Any, certificate: Any
) -> None:
    for number in range(MOST_KEYS):
        keys.upload(caller, make_key(name=str(number)))
    with pytest.raises(KeyRefused, match="50 SSL keys, which is the most"):
        keys.upload(caller, make_key(name="more"))
    with pytest.raises(KeyRefused, match="50 SSL keys, which is the most"):
        keys.trust(caller, certificate, host="mail.example.com")


def test_a_client_key_in_the_place_of_one_keeps_its_id_and_its_name(
    keys: Keys, caller: Caller, client: SSLKey
) -> None:
    old = keys.upload(caller, client)
    use(keys, old.id)
    newer = replace(client, name="Another", private_key=b"newer")
    new = keys.replace(caller, old.id, newer, revision=1)
    assert (new.id, new.revision, new.key.name, new.key.private_key) == (
        *(old.id, 2, "Ours"),
        b"newer",
    )
    assert deeds(keys)[-1] == ("key.replaced", "Ours")


@pytest.mark.parametrize("before", SSLKeyKind)
@pytest.mark.parametrize("after", SSLKeyKind)
def test_no_id_ever_comes_to_mean_another_trust(
    keys: Keys, caller: Caller, make_key: Any, before: SSLKeyKind, after: SSLKeyKind
) -> None:
    """A stored password is bound to the id: it would go along to whom nobody chose to believe."""
    harmless = before is after is SSLKeyKind.CLIENT
    old = keys.upload(caller, make_key(kind=before))
    use(keys, old.id)
    if harmless:
        return
    with pytest.raises(KeyRefused, match="can't be replaced by this file while"):
        keys.replace(caller, old.id, make_key(kind=after), revision=1)
    use(keys, "")
    new = keys.replace(caller, old.id, make_key(kind=after), revision=1)
    assert new.id != old.id
    assert [each.id for each in keys.every("T1")] == [new.id]
    assert deeds(keys)[-1] == ("key.replaced", "Ours")


def test_who_was_slower_overwrites_nothing(keys: Keys, caller: Caller, client: SSLKey) -> None:
    key_id = keys.upload(caller, client).id
    keys.rename(replace(caller, user_id="UOWNER"), key_id, name="Theirs", revision=1)
    for deed in (
        lambda: keys.rename(caller, key_id, name="Mine", revision=1),
        lambda: keys.replace(caller, key_id, client, revision=1),
        lambda: keys.delete(caller, key_id, revision=1),
    ):
        with pytest.raises(KeyRefused, match="<@UOWNER> changed this SSL key on"):
            deed()
    assert keys.get("T1", key_id).key.name == "Theirs"


def test_between_look_and_deed_somebody_else_may_come(
    keys: Keys, caller: Caller, client: SSLKey
) -> None:
    kept = keys.upload(caller, client)
    event = keys.vault.audit.latest("T1", 1)[0]
    stale = replace(kept, revision=0)
    with pytest.raises(KeyRefused, match="<@UADMIN> changed this SSL key"):
        keys._put(caller, stale, client, event)
    keys.delete(caller, kept.id, revision=1)
    with pytest.raises(KeyRefused, match="deleted or replaced meanwhile"):
        keys._put(caller, replace(kept, revision=1), client, event)
    with pytest.raises(KeyRefused) as gone:
        keys.get("T1", kept.id)
    assert str(gone.value) == GONE


def test_the_same_name_again_is_no_deed(keys: Keys, caller: Caller, client: SSLKey) -> None:
    key_id = keys.upload(caller, client).id
    assert keys.rename(caller, key_id, name=" Ours ", revision=1).revision == 1
    assert len(deeds(keys)) == 1
    with pytest.raises(UnusableKey, match="Give the key a name"):
        keys.rename(caller, key_id, name=" ", revision=1)


def test_a_trusted_certificate_is_for_one_server_and_called_after_it(
    keys: Keys, caller: Caller, certificate: bytes
) -> None:
    host = f"{'a' * 60}.example.com"
    first = keys.trust(caller, certificate, host=host)
    assert (first.key.name, first.key.host) == (host[:LONGEST_NAME], host)
    assert keys.trust(caller, certificate, host=host) == first
    other = keys.trust(caller, certificate, host=f"{host}.org")
    assert other.key.name == f"{host[:56]} 2"
    assert [name for name, _ in deeds(keys)] == ["key.trusted", "key.trusted"]
