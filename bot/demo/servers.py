"""The mail servers that the demo offers: how each behaves, and what to type for it. Pure."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.smtp.settings import TLSMode

DOMAIN = "demo.example"
OTHER_HOST = f"elsewhere.{DOMAIN}"
"""Whose certificate one of the servers shows."""
USERNAME = f"team@{DOMAIN}"
PASSWORD = "right-horse-battery"  # noqa: S105 - of servers on loopback, shown on the page
KEY_FILE = "client-key.p12"
KEY_PASSPHRASE = "right-horse-key"  # noqa: S105 - of a key that opens a server on loopback
WRONG_PASSWORD = "wrong-horse-battery"  # noqa: S105 - the same


class Certificate(Enum):
    """What a server shows when TLS begins."""

    RIGHT = auto()
    EXPIRED = auto()
    OF_ANOTHER_HOST = auto()
    OF_UNKNOWN_AUTHORITY = auto()


class Manner(Enum):
    """How a server behaves; all but the last two speak SMTP."""

    TAKES_MAIL = auto()
    REFUSES_SENDER = auto()
    REFUSES_RECIPIENT = auto()
    GREYLISTS = auto()
    HANGS_UP = auto()
    SILENT = auto()
    IMAP = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServer:
    """One server: what the page says of it, what to type, and how it is."""

    id: str
    title: str
    wrong: str
    """What is wrong with it; empty: all is well."""
    expect: str
    """What a test will say."""
    usual_port: int
    """Where it listens unless something else has that port."""
    tls_mode: TLSMode = TLSMode.STARTTLS
    """What the form should say."""
    speaks: TLSMode = TLSMode.STARTTLS
    """How it is protected in truth."""
    username: str = ""
    """Empty: it asks nobody to sign in."""
    password: str = ""
    """What the page shows; `PASSWORD` is the one that it takes."""
    from_address: str = USERNAME
    certificate: Certificate = Certificate.RIGHT
    manner: Manner = Manner.TAKES_MAIL
    wants_client: bool = False
    """It lets in only who shows the demo's client key."""

    @property
    def host(self) -> str:
        """Its name, which only the demo knows."""
        return f"{self.id}.{DOMAIN}"


SERVERS = (
    DemoServer(
        id="smtp",
        title="All well, with STARTTLS",
        wrong="",
        expect="Accepted. The message is in the inbox.",
        usual_port=5870,
        username=USERNAME,
        password=PASSWORD,
    ),
    DemoServer(
        id="smtps",
        title="All well, with TLS from the start",
        wrong="",
        expect="Accepted. The message is in the inbox.",
        usual_port=4650,
        tls_mode=TLSMode.IMPLICIT,
        speaks=TLSMode.IMPLICIT,
        username=USERNAME,
        password=PASSWORD,
    ),
    DemoServer(
        id="login",
        title="Wrong password",
        wrong="It takes another password than the one shown here.",
        expect="Fails at Authentication with 535, after one try.",
        usual_port=5871,
        username=USERNAME,
        password=WRONG_PASSWORD,
    ),
    DemoServer(
        id="expired",
        title="Expired certificate",
        wrong="Its certificate ran out ten days ago.",
        expect="Fails at TLS, before anything is sent.",
        usual_port=5872,
        certificate=Certificate.EXPIRED,
    ),
    DemoServer(
        id="wrong-name",
        title="Certificate of another host",
        wrong="It shows the certificate of another server.",
        expect="Fails at TLS. “Use elsewhere.demo.example” mends it.",
        usual_port=5873,
        certificate=Certificate.OF_ANOTHER_HOST,
    ),
    DemoServer(
        id="unknown-authority",
        title="Unknown authority",
        wrong="Nobody whom this computer trusts signed its certificate.",
        expect="Fails at TLS, before anything is sent.",
        usual_port=5874,
        certificate=Certificate.OF_UNKNOWN_AUTHORITY,
    ),
    DemoServer(
        id="client-key",
        title="Wants a client certificate",
        wrong="It lets in only those who show a certificate that it knows.",
        expect="Fails at TLS. With the SSL key above uploaded and chosen, it is accepted.",
        usual_port=5880,
        wants_client=True,
    ),
    DemoServer(
        id="no-starttls",
        title="No STARTTLS",
        wrong="It has no encryption, and the form asks for STARTTLS.",
        expect="Fails at TLS: nothing is sent in clear instead.",
        usual_port=5881,
        speaks=TLSMode.NONE,
    ),
    DemoServer(
        id="wrong-port",
        title="TLS on the wrong port",
        wrong="The form asks for TLS from the start, on a port that begins with STARTTLS.",
        expect="Fails at TLS. “Use SMTP with STARTTLS” mends it.",
        usual_port=5875,
        tls_mode=TLSMode.IMPLICIT,
    ),
    DemoServer(
        id="silent",
        title="Never answers",
        wrong="It takes the connection and then says nothing.",
        expect="Fails at Greeting, after fifteen seconds.",
        usual_port=2526,
        manner=Manner.SILENT,
    ),
    DemoServer(
        id="sender",
        title="Refuses the sender",
        wrong="It takes no mail from the From address that is shown here.",
        expect="Fails at Sender with 553. “Use the username as From address” mends it.",
        usual_port=5876,
        username=USERNAME,
        password=PASSWORD,
        from_address=f"sales@{DOMAIN}",
        manner=Manner.REFUSES_SENDER,
    ),
    DemoServer(
        id="recipient",
        title="Refuses the recipient",
        wrong="It knows no mailbox of that name.",
        expect="Fails at Recipient with 550.",
        usual_port=5877,
        manner=Manner.REFUSES_RECIPIENT,
    ),
    DemoServer(
        id="greylist",
        title="Greylists once",
        wrong="It puts off the first message to each address, and takes the next one.",
        expect="Fails at Recipient with 450. Test again, and it is accepted.",
        usual_port=5878,
        manner=Manner.GREYLISTS,
    ),
    DemoServer(
        id="hangs-up",
        title="Hangs up after the message",
        wrong="It takes the whole message, and leaves without a word.",
        expect="Unknown: it may have taken the message. Here it did: see the inbox.",
        usual_port=5879,
        manner=Manner.HANGS_UP,
    ),
    DemoServer(
        id="imap",
        title="Speaks IMAP",
        wrong="It is a server for reading mail, not for sending it.",
        expect="Fails at Greeting, and says what kind of server that is.",
        usual_port=1430,
        manner=Manner.IMAP,
    ),
)
"""All of them, in the page's order."""
