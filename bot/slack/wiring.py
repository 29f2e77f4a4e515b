"""The listeners of all features, put together: who gets what it depends on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from bot.config import Config
from bot.slack.access import Access, Caller
from bot.slack.api import SlackAPI
from bot.slack.app import Listeners
from bot.slack.files import Files
from bot.slack.keys.keeping import Keys
from bot.slack.keys.listeners import KeyListeners
from bot.slack.keys.showing import Showing
from bot.slack.keys.trusting import TrustListeners
from bot.slack.keys.uploading import UploadListeners
from bot.slack.mailtest.listeners import MailtestListeners
from bot.slack.mailtest.runner import Runner
from bot.slack.replies import Replies
from bot.slack.settings.forms import Forms
from bot.slack.settings.key_choice import KeyChoiceListeners, Redrawing
from bot.slack.settings.listeners import SettingsListeners
from bot.slack.settings.mending import MendingListeners
from bot.slack.settings.password import PasswordListeners
from bot.slack.settings.saving import Saving
from bot.slack.settings.suggesting import Suggesting
from bot.slack.settings.summary import Summaries
from bot.slack.work import Threads, Work
from bot.smtp.network import Network
from bot.smtp.transcript import Transcript
from bot.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the features share."""

    config: Config
    vault: Vault
    clock: Callable[[], datetime]
    slack: SlackAPI
    session: aiohttp.ClientSession
    threads: Threads
    work: Work
    network: Network


def make_listeners(tools: Tools, runner: Runner) -> Listeners:
    """Make the listeners of all features."""
    config, vault, clock = tools.config, tools.vault, tools.clock
    slack, threads = tools.slack, tools.threads
    access = Access(slack.client, admins=config.admins, pace=slack.pace)
    forms = Forms(vault=vault, config=config, clock=clock)
    replies = Replies(slack=slack, work=tools.work)
    showing = Showing(
        access=access,
        slack=slack,
        threads=threads,
        replies=replies,
        keys=Keys(vault=vault, clock=clock),
        redraw_form=Redrawing(slack=slack, threads=threads, forms=forms).redraw,
        clock=clock,
    )
    keys = KeyListeners(showing=showing)
    mailtest = MailtestListeners(
        access=access, slack=slack, threads=threads, replies=replies, runner=runner
    )
    saving = Saving(forms=forms, clock=clock)
    files = Files(
        slack=slack, session=tools.session, token=config.bot_token, api_url=config.api_url
    )

    async def transcript(caller: Caller, run_id: str) -> Transcript | None:
        return (await runner.find(caller, run_id)).transcript

    return Listeners(
        settings=SettingsListeners(
            access=access,
            slack=slack,
            threads=threads,
            replies=replies,
            saving=saving,
            summaries=Summaries(vault=vault, config=config),
            suggesting=Suggesting(
                slack=slack, threads=threads, work=tools.work, forms=forms, network=tools.network
            ),
            start_test=runner.start_in_view,
            repeat_test=mailtest.after_save,
            open_keys=keys.open,
        ),
        passwords=PasswordListeners(
            access=access,
            slack=slack,
            threads=threads,
            replies=replies,
            forms=forms,
            clock=clock,
        ),
        mending=MendingListeners(
            access=access,
            slack=slack,
            threads=threads,
            replies=replies,
            saving=saving,
            find=runner.find,
            start_test=runner.start_in_view,
        ),
        mailtest=mailtest,
        key_choice=KeyChoiceListeners(
            access=access,
            slack=slack,
            threads=threads,
            replies=replies,
            forms=forms,
            show_keys=keys.push,
        ),
        keys=keys,
        uploads=UploadListeners(showing=showing, files=files),
        trust=TrustListeners(showing=showing, transcript=transcript),
    )
