"""The payloads that Slack sends: their shapes (docs.slack.dev/reference/interaction-payloads)."""

from bot.demo.record import Json
from bot.demo.views import View
from bot.demo.workspace import APP, BOT_USER, Channel, Message, User, Workspace

VERIFICATION_TOKEN = "deprecated-token"  # noqa: S105 - Slack still sends one; it proves nothing


def about(user: User, workspace: Workspace) -> Json:
    """Return what every interaction says: who, where, which app.

    A person of another organisation, in a shared channel, comes with that one's team.
    """
    domain = workspace.name.lower() if user.team_id == workspace.team_id else "elsewhere"
    organisation = workspace.enterprise_id
    return {
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        # Slack leaves it out where an organisation's installation is spoken to.
        "team": None if workspace.org_wide else {"id": user.team_id, "domain": domain},
        "enterprise": {"id": organisation, "name": "Group"} if organisation else None,
        "is_enterprise_install": workspace.org_wide,
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
    }


def command(  # noqa: PLR0913 - what Slack tells of a command
    name: str,
    text: str,
    *,
    user: User,
    channel: Channel,
    trigger_id: str,
    response_url: str,
    workspace: Workspace | None = None,
) -> dict[str, str]:
    """Return the form of a slash command, its text escaped as `should_escape` asks for.

    (docs.slack.dev/interactivity/implementing-slash-commands)
    """
    organisation = workspace.enterprise_id if workspace else ""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    form = {
        "token": VERIFICATION_TOKEN,
        "team_id": user.team_id,
        "team_domain": workspace.name.lower() if workspace else "acme",
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": escaped,
        "api_app_id": APP,
        "is_enterprise_install": "true" if workspace and workspace.org_wide else "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }
    return form | {"enterprise_id": organisation} if organisation else form


def channel_name(channel: Channel) -> str:
    """Return the name that Slack sends: private and direct ones are not named."""
    if channel.direct:
        return "directmessage"
    return "privategroup" if channel.private else channel.name


def action_in_view(view: View, action: Json, *, trigger_id: str) -> Json:
    """Return the part of a block_actions payload that says what was done in a modal."""
    shown = view.as_json()
    return {
        "type": "block_actions",
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger_id,
        "view": shown,
        "actions": [action],
    }


def action_in_message(
    message: Message, action: Json, *, channel: Channel, trigger_id: str, response_url: str
) -> Json:
    """Return the part of a block_actions payload that says what was done in a message."""
    ephemeral = message.visible_to is not None
    payload: Json = {
        "type": "block_actions",
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": ephemeral,
        },
        "channel": {"id": message.channel, "name": channel_name(channel)},
        "trigger_id": trigger_id,
        "response_url": response_url,
        "state": {"values": {}},
        "actions": [action],
    }
    if not ephemeral:  # Slack does not say what an ephemeral message was
        payload["message"] = message.as_json()
    return payload


def view_submission(view: View, *, trigger_id: str) -> Json:
    """Return the part of a view_submission payload that says what was submitted."""
    return {
        "type": "view_submission",
        "trigger_id": trigger_id,
        "view": view.as_json(),
        "response_urls": [],
    }


def view_closed(view: View, *, is_cleared: bool) -> Json:
    """Return the part of a view_closed payload that says what was closed."""
    return {"type": "view_closed", "view": view.as_json(), "is_cleared": is_cleared}


def action(block: Json, element: Json, *, ts: str, chosen: Json) -> Json:
    """Return one entry of `actions`: the element and what was *chosen* in it."""
    done: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": ts,
    }
    for key in ("text", "value", "style", "placeholder"):
        if key in element and element["type"] in ("button", "static_select"):
            done[key] = element[key]
    return done | chosen


def event_callback(event: Json, *, workspace: Workspace, event_id: str, seconds: int) -> Json:
    """Return the envelope of an event (docs.slack.dev/apis/events-api)."""
    organisation, whole = workspace.enterprise_id or None, workspace.org_wide
    return {
        "type": "event_callback",
        "token": VERIFICATION_TOKEN,
        "team_id": None if whole else workspace.team_id,
        "enterprise_id": organisation,
        "api_app_id": APP,
        "event": event,
        "event_id": event_id,
        "event_time": seconds,
        "authorizations": [
            {
                "enterprise_id": organisation,
                "team_id": None if whole else workspace.team_id,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": whole,
            }
        ],
    }
