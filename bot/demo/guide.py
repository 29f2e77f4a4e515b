"""The guided first minute: what to try next, ticked off by what really happened."""

from bot.demo.inbox import Inbox
from bot.demo.record import Entry, Json, Record, strings
from bot.demo.servers import DemoServer

STEPS = {
    "open": "Type /mailsettings to open the settings.",
    "choose": "Choose “All well, with STARTTLS” among the mail servers: “Use it” fills the form.",
    "save": "Give the password that stands there with “Set password”, then Save.",
    "test": "Type /mailtest and your address: each stage shows up in the channel.",
    "code": "Find the test's code in the inbox, and press “It arrived” under the test.",
    "break": "Now break it: use the server “TLS on the wrong port”, save, and test again.",
    "explanation": "Watch the explanation come: what it means, what to do, what would work.",
    "mend": "One tap mends it: press the green button under the test, save, and see it accepted.",
}


class Guide:
    """Which steps were done, by anybody; and who does not want to see them."""

    def __init__(self, record: Record, inbox: Inbox) -> None:
        self.done: set[str] = set()
        self._record = record
        self._inbox = inbox
        self._read = 0
        self._mending = False
        self._dismissed: set[str] = set()

    def filled(self) -> None:
        """Note that a server's values were put into the form."""
        self._do("choose")

    def met(self, server: DemoServer) -> None:
        """Note that the bot came to a mail server."""
        if server.wrong:
            self._do("break")

    def dismiss(self, user: str) -> None:
        """Show it to *user* no more."""
        self._dismissed.add(user)
        self._record.tell()

    def dismissed(self, user: str) -> bool:
        """Tell whether *user* has seen enough of it."""
        return user in self._dismissed

    def as_json(self) -> list[Json]:
        """Return the steps in order."""
        self._catch_up()
        return [
            {"id": name, "text": text, "done": name in self.done} for name, text in STEPS.items()
        ]

    def _do(self, step: str) -> None:
        self.done.add(step)
        self._record.tell()

    def _catch_up(self) -> None:
        entries = self._record.entries
        while self._read < len(entries):
            entry = entries[self._read]
            self.done |= _steps_of(entry, broken="break" in self.done)
            self._watch_for_a_cure(entry)
            self._read += 1
        if self._inbox.arrived:
            self.done.add("test")

    def _watch_for_a_cure(self, entry: Entry) -> None:
        """Tick off a test that was accepted after a form had been changed by one tap."""
        if not entry.by_bot:
            return
        said = list(strings(entry.body))
        self._mending |= any("the form says so now" in each for each in said)
        if self._mending and any("accepted the message" in each for each in said):
            self.done.add("mend")


def _steps_of(entry: Entry, *, broken: bool) -> set[str]:
    """Return the steps that *entry* shows to be done."""
    if not entry.by_bot:
        return set()
    said = set(strings(entry.body))
    done = set()
    if "mail_settings" in said:
        done.add("open")
    if "mail_settings_saved" in said:
        done.add("save")
    if any("got the message" in each for each in said):
        done.add("code")
    if broken and any("What it means" in each for each in said):
        done.add("explanation")
    return done
