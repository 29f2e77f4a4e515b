"""Puts the features together: what each depends on, handed in once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from bot.config import Config
from bot.slack.access import Access, Caller
from bot.slack.acting import Act, acting
from bot.slack.api import SlackAPI
from bot.slack.app import Listeners
from bot.slack.files import Files
from bot.slack.history import History
from bot.slack.installations import StoredInstallations
from bot.slack.keys.keeping import Keys
from bot.slack.keys.listeners import KeyListeners
from bot.slack.keys.showing import Showing
from bot.slack.keys.trusting import TrustListeners
from bot.slack.keys.uploading import UploadListeners
from bot.slack.lifecycle import LifecycleListeners
from bot.slack.mailtest.admission import Limits
from bot.slack.mailtest.arrival_listeners import ArrivalListeners
from bot.slack.mailtest.arrivals import Arrivals
from bot.slack.mailtest.duty import Duty
from bot.slack.mailtest.findings import Findings
from bot.slack.mailtest.leases import Leases
from bot.slack.mailtest.listeners import MailtestListeners
from bot.slack.mailtest.runner import Runner
from bot.slack.mailtest.sequel import Sequels
from bot.slack.metrics import Metrics
from bot.slack.pace import Pace
from bot.slack.refusals import Refusals
from bot.slack.replies import Replies
from bot.slack.settings.forms import Forms
from bot.slack.settings.going_back import GoingBack
from bot.slack.settings.history_listeners import HistoryListeners
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
from bot.vault import Vault, database_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a program is made of. The front door hands in the real ones, tests and demo theirs."""

    config: Config
    vault: Vault
    network: Network
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    pace: Pace = field(default_factory=Pace)
    metrics: Metrics = field(default_factory=Metrics)


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """The features of one program, each made when it is first wanted."""

    parts: Parts
    slack: SlackAPI
    threads: Threads
    noting: Threads
    """Of the notes on tests, for which nobody waits."""
    work: Work
    act: Act
    stored: StoredInstallations | None
    """None: one workspace, by the environment's token."""

    @cached_property
    def listeners(self) -> Listeners:
        """The listeners of all features."""
        return Listeners(
            settings=self._settings,
            passwords=self._passwords,
            history=self._history,
            mending=self._mending,
            mailtest=self._mailtest,
            lifecycle=LifecycleListeners(
                threads=self.threads,
                vault=self.parts.vault,
                installations=self.stored,
                clock=self.parts.clock,
            ),
            key_choice=KeyChoiceListeners(
                access=self._access,
                slack=self.slack,
                threads=self.threads,
                replies=self._replies,
                forms=self._forms,
                show_keys=self._keys.push,
            ),
            keys=self._keys,
            uploads=UploadListeners(showing=self._showing, files=self._files),
            trust=TrustListeners(showing=self._showing, transcript=self._transcript),
        )

    @cached_property
    def runner(self) -> Runner:
        """What runs tests."""
        return Runner(
            slack=self.slack,
            threads=self.threads,
            noting=self.noting,
            work=self.work,
            vault=self.parts.vault,
            config=self.parts.config,
            network=self.parts.network,
            limits=self.parts.limits,
            clock=self.parts.clock,
            metrics=self.parts.metrics,
            workspace_name=lambda: acting().name,
            act=self.act,
            findings=Findings(network=self.parts.network, sequels=self._sequels),
            leases=self.leases,
        )

    @cached_property
    def leases(self) -> Leases:
        """Which tests are ours."""
        return Leases(
            runs=self.parts.vault.runs,
            threads=self.threads,
            clock=self.parts.clock,
            pace=self.parts.pace,
        )

    @cached_property
    def duty(self) -> Duty:
        """What looks after tests."""
        shared = database_path(self.parts.config) is None
        return Duty(runner=self.runner, arrivals=self._arrivals, shared=shared)

    @cached_property
    def _arrivals(self) -> Arrivals:
        return Arrivals(sequels=self._sequels, limits=self.parts.limits)

    @cached_property
    def _access(self) -> Access:
        refusals = Refusals(
            vault=self.parts.vault, threads=self.threads, work=self.work, clock=self.parts.clock
        )
        return Access(
            self.slack,
            admins=self.parts.config.admins,
            org_wide=lambda: not acting().team_id,
            refused=refusals.note,
        )

    @cached_property
    def _replies(self) -> Replies:
        return Replies(slack=self.slack, work=self.work)

    @cached_property
    def _forms(self) -> Forms:
        return Forms(vault=self.parts.vault, config=self.parts.config, clock=self.parts.clock)

    @cached_property
    def _saving(self) -> Saving:
        return Saving(forms=self._forms, clock=self.parts.clock)

    @cached_property
    def _sequels(self) -> Sequels:
        return Sequels(
            slack=self.slack,
            threads=self.noting,
            vault=self.parts.vault,
            clock=self.parts.clock,
            act=self.act,
        )

    @cached_property
    def _settings(self) -> SettingsListeners:
        return SettingsListeners(
            access=self._access,
            slack=self.slack,
            threads=self.threads,
            replies=self._replies,
            saving=self._saving,
            summaries=Summaries(vault=self.parts.vault, config=self.parts.config),
            suggesting=Suggesting(
                slack=self.slack,
                threads=self.threads,
                work=self.work,
                forms=self._forms,
                network=self.parts.network,
            ),
            start_test=self.runner.start_in_view,
            repeat_test=self._mailtest.after_save,
            open_keys=self._keys.open,
            show_history=self._history.show,
        )

    @cached_property
    def _history(self) -> HistoryListeners:
        return HistoryListeners(
            access=self._access,
            slack=self.slack,
            threads=self.threads,
            replies=self._replies,
            going_back=GoingBack(forms=self._forms, history=History(vault=self.parts.vault)),
        )

    @cached_property
    def _passwords(self) -> PasswordListeners:
        return PasswordListeners(
            access=self._access,
            slack=self.slack,
            threads=self.threads,
            replies=self._replies,
            forms=self._forms,
            clock=self.parts.clock,
            act=self.act,
        )

    @cached_property
    def _mending(self) -> MendingListeners:
        return MendingListeners(
            access=self._access,
            slack=self.slack,
            threads=self.threads,
            replies=self._replies,
            saving=self._saving,
            find=self.runner.find,
            start_test=self.runner.start_in_view,
        )

    @cached_property
    def _mailtest(self) -> MailtestListeners:
        return MailtestListeners(
            access=self._access,
            slack=self.slack,
            threads=self.threads,
            replies=self._replies,
            runner=self.runner,
            arrivals=ArrivalListeners(
                access=self._access,
                slack=self.slack,
                replies=self._replies,
                runner=self.runner,
                arrivals=self._arrivals,
            ),
        )

    @cached_property
    def _showing(self) -> Showing:
        redrawing = Redrawing(slack=self.slack, threads=self.threads, forms=self._forms)
        return Showing(
            access=self._access,
            slack=self.slack,
            threads=self.threads,
            replies=self._replies,
            keys=Keys(vault=self.parts.vault, clock=self.parts.clock),
            redraw_form=redrawing.redraw,
            clock=self.parts.clock,
        )

    @cached_property
    def _keys(self) -> KeyListeners:
        return KeyListeners(showing=self._showing)

    @cached_property
    def _files(self) -> Files:
        return Files(slack=self.slack, api_url=self.parts.config.api_url)

    async def _transcript(self, caller: Caller, run_id: str) -> Transcript | None:
        return (await self.runner.find(caller, run_id)).transcript
