import pytest

from bot.demo.workspace import Refused, Workspace


@pytest.fixture
def workspace() -> Workspace:
    return Workspace(clock=lambda: 1_800_000_000.5)


def test_people_are_found_by_id_or_name(workspace: Workspace) -> None:
    assert workspace.user("UADMIN") == workspace.user("admin")
    with pytest.raises(Refused, match="user_not_found"):
        workspace.user("nobody")


def test_the_usual_people_have_their_roles(workspace: Workspace) -> None:
    assert workspace.user("owner").is_primary_owner
    assert workspace.user("admin").is_admin
    assert not workspace.user("member").is_admin
    assert workspace.user("guest").is_restricted


@pytest.mark.parametrize("user", ["U9", "UBOT"])
def test_there_is_no_direct_message_with_a_bot_or_nobody(workspace: Workspace, user: str) -> None:
    with pytest.raises(Refused, match="channel_not_found"):
        workspace.direct_message(user)


def test_no_two_messages_have_the_same_time_stamp(workspace: Workspace) -> None:
    first, second = (workspace.post({"text": "x"}, channel="C1").ts for _ in range(2))
    assert first < second
    assert first.startswith("1800000000.")


def test_a_message_reads_as_its_blocks_or_else_its_text(workspace: Workspace) -> None:
    message = workspace.post({"text": "*bold*"}, channel="C1")
    assert message.shown == "bold"
    header = {"type": "header", "text": {"type": "plain_text", "text": "Head"}}
    message = workspace.post({"text": "fallback", "blocks": [header]}, channel="C1")
    assert message.shown == "Head"


def test_only_a_message_of_the_bot_names_the_bot(workspace: Workspace) -> None:
    ours = workspace.post({"text": "x"}, channel="C1").as_json()
    theirs = workspace.post({"text": "x"}, channel="C1", user="UADMIN").as_json()
    assert ours["bot_id"] == "BBOT"
    assert "bot_id" not in theirs
