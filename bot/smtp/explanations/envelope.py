"""Why the mail server took the sender, the recipient or the message not. Data only.

Replies: facts/smtp.md 2 and 3 (public transcripts, named here as repository#number), and servers
that we ran: Postfix 3.7.11, Exim 4.96, OpenSMTPD 7.4.0p1, Haraka. Servers report late: a bad HELO
name or sender often shows at the recipient, or after the message. So stages are told wide.
"""

from bot.smtp.explanations.explanation import Explanation, Said
from bot.smtp.transcript import Stage

_HERE = (Stage.SENDER, Stage.RECIPIENT, Stage.MESSAGE)
_LATE = (Stage.RECIPIENT, Stage.MESSAGE)
_NOT_OWNED = (
    # Exchange 5.7.60 (gophish/gophish#2900), Outlook 5.2.252, Postfix and Yandex 553 5.7.1,
    # 163 553 (xuxueli/xxl-job#3858), QQ 501 (nodeSolidServer/node-solid-server#1281),
    # Fastmail 551, Zoho 553 (frappe/erpnext#19057).
    Said(words=r"not owned by|send as this sender|sendasdenied|equal authori[sz]ed user"),
    Said(words=r"not authori[sz]ed to send from|same as (the )?authori[sz]|sender is not allowed"),
    Said(enhanced=("5.7.60", "5.2.252")),
)
_NO_RELAY = (
    # Postfix 554 5.7.1, Exim, sendmail, Mailgun 550 5.7.1, Exchange 5.7.54.
    Said(words=r"relay(ing)? (access )?(is )?(denied|not permitted|not allowed|prohibited)"),
    Said(words=r"(unable|not permitted|not allowed) to relay"),
    Said(enhanced=("5.7.54",)),
)

ENVELOPE = (
    Explanation(
        # Exim 451, Haraka 450, Postgrey 450 4.2.0: with either spelling.
        cause="greylisted",
        meaning="The mail server turns unknown senders away the first time, to keep spam out"
        " (greylisting). That is normal; it takes the message when it comes again.",
        advice=("Wait 15 minutes, then test again.",),
        said=(Said(words=r"gr[ae]y-?list"),),
        temporary=True,
    ),
    Explanation(
        # Postfix at RCPT TO (measured); smtp-relay.gmail.com 421 (calcom/cal.diy#5254).
        cause="ehlo-name-rejected",
        meaning="The mail server does not accept the name by which this bot greets it.",
        advice=(
            "Type a full host name of your own domain into “HELO name”, like mail.example.com.",
            "Take one that exists in the DNS.",
        ),
        said=(
            Said(words=r"helo command rejected|(invalid|bad) (helo|ehlo)|\(ehlo\)"),
            Said(codes=(501, 504, 550, 553, 554), stages=(Stage.EHLO,)),
        ),
    ),
    Explanation(
        cause="sender-not-allowed",
        providers=("microsoft365",),
        meaning="The mailbox that we signed in with may not send as {sender}.",
        advice=(
            "Set “From address” to the address of the mailbox that signs in.",
            "Or ask your Microsoft 365 admin to give that mailbox the right “Send As”.",
        ),
        said=_NOT_OWNED,
    ),
    Explanation(
        cause="sender-not-allowed",
        meaning="The account that we signed in with may not send as {sender}.",
        advice=(
            "Set “From address” to the address of the account that signs in.",
            "Or add the address to that account as an alias at your provider.",
        ),
        said=_NOT_OWNED,
    ),
    Explanation(
        # mageplaza/magento-2-smtp#211
        cause="sender-not-verified",
        providers=("ses",),
        meaning="Amazon SES has not verified {sender} in this region. In the SES sandbox"
        " the recipient must be verified too.",
        advice=(
            "Verify “From address” or its domain in the SES console.",
            "Check that the region in “Server address” is the one where you verified it.",
            "Ask AWS for production access, or verify the recipient as well.",
        ),
        said=(Said(words=r"not verified"),),
        link="https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html",
    ),
    Explanation(
        # SendGrid 550 (sahat/hackathon-starter#1083), Postal 530 (postalserver/postal#570)
        cause="sender-not-verified",
        meaning="The mail service does not know {sender} as one of your addresses.",
        advice=(
            "Verify the address or its domain at your mail service.",
            "Or set “From address” to one that is verified already.",
        ),
        said=(Said(words=r"not verified|verified sender|sender name is not valid"),),
    ),
    Explanation(
        # Exim: callout to the domain of the sender.
        cause="sender-verify-failed",
        meaning="The mail server asked the domain of {sender}, and was told that this address"
        " does not exist.",
        advice=("Set “From address” to an address that can receive mail.",),
        said=(Said(words=r"sender verify failed|as a valid sender"),),
    ),
    Explanation(
        # Yahoo 550 5.7.9, Gmail 550 5.7.26 (cloudflare/cloudflare-docs#11542)
        cause="spf-dkim-missing",
        meaning="The recipient's server could not tell that {sender} is really yours: its"
        " domain vouches for the mail neither by SPF nor by DKIM.",
        advice=(
            "Add your mail service to the SPF record of the domain of “From address”.",
            "Switch DKIM on for that domain at your mail service.",
        ),
        said=(Said(words=r"either spf or dkim|sender is unauthenticated"),),
    ),
    Explanation(
        cause="dmarc-refused",
        meaning="The domain of {sender} tells servers to refuse mail that isn't proved to"
        " come from it (DMARC), and this message isn't.",
        advice=(
            "Set “From address” to an address of the domain that your mail service sends for.",
            "Or set up SPF and DKIM for that domain with your mail service.",
        ),
        said=(Said(words=r"\bdmarc\b"),),
    ),
    Explanation(
        # PHPMailer/PHPMailer#2113: 5xx, and yet it heals. Zoho 550 5.4.6.
        cause="quota-sender",
        meaning="The account has sent as much as its provider allows for a day.",
        advice=(
            "Wait a day, then test again.",
            "For much mail, use a mail service for programs or a larger plan.",
        ),
        said=(
            Said(words=r"daily (user )?sending (limit|quota)|sending (limit|quota) exceeded"),
            Said(enhanced=("5.4.5",)),
        ),
        temporary=True,
    ),
    Explanation(
        cause="mailbox-full",
        meaning="The recipient's mailbox is full. Your settings work so far.",
        advice=("Test with another address, or empty that mailbox.",),
        said=(
            Said(enhanced=("4.2.2", "5.2.2"), stages=_HERE),
            Said(words=r"over quota|quota exceeded|mailbox (is )?full", stages=_HERE),
        ),
    ),
    Explanation(
        # Postfix 552 5.3.4 to SIZE, Haraka 550, OpenSMTPD 554 5.3.4; RFC 1870.
        cause="too-big",
        meaning="The mail server takes only smaller messages, and a test message is tiny.",
        advice=("Ask whoever runs the mail server which size it allows, and to raise it.",),
        said=(
            Said(words=r"(message|size).{0,20}(too (big|large)|exceed)", stages=_HERE),
            Said(enhanced=("5.3.4",)),
            Said(codes=(552,), stages=(Stage.SENDER, Stage.MESSAGE)),
        ),
    ),
    Explanation(
        # RFC 6531; 5.6.7.
        cause="smtputf8-unsupported",
        meaning="The address has letters outside ASCII before the @, and this mail server can't"
        " handle such addresses (SMTPUTF8).",
        advice=(
            "Use an address with plain letters.",
            "Or use a mail server that supports SMTPUTF8.",
        ),
        said=(Said(words=r"smtputf8"), Said(enhanced=("5.6.7",))),
    ),
    Explanation(
        # Microsoft: the inbound connector knows another address or certificate.
        cause="connector-mismatch",
        meaning="Microsoft 365 does not recognise this bot as your organisation's: no connector"
        " fits its IP address or certificate.",
        advice=(
            "Ask your Microsoft 365 admin to add this bot's IP address to the connector.",
            "Or sign in: switch “Connect anonymously” off and use smtp.office365.com.",
        ),
        said=(Said(enhanced=("5.7.64",)),),
    ),
    Explanation(
        cause="relay-denied",
        anonymous=True,
        meaning="The mail server does not pass on mail to other domains for strangers, and"
        " “Connect anonymously” is chosen.",
        advice=(
            "Switch “Connect anonymously” off, and type “Username” and the password.",
            "Or ask whoever runs the mail server to allow this bot's IP address.",
        ),
        said=(*_NO_RELAY, Said(words=r"^invalid recipient: ?<")),  # OpenSMTPD: either (measured)
        fix={"anonymous": False},
    ),
    Explanation(
        cause="relay-denied",
        meaning="The mail server does not pass on mail to that domain for this account.",
        advice=(
            "Check that “Server address” is the outgoing mail server for users.",
            "Set “From address” to an address of that server's domain.",
            "Ask whoever runs the mail server whether the account may send to other domains.",
        ),
        said=_NO_RELAY,
    ),
    Explanation(
        # Google's list of SMTP errors, Yahoo, Comcast, Yandex
        cause="recipient-rate-limited",
        meaning="The recipient gets too many messages at the moment. Your settings work so far.",
        advice=("Wait an hour, then test again, or test with another address.",),
        said=(
            Said(words=r"receiving mail (too quickly|at a rate)|too many recent messages"),
            Said(words=r"recipient has exceeded"),
        ),
        temporary=True,
    ),
    Explanation(
        # Mailtrap 550 5.7.0, SES 454, QQ 550, Google 421 4.7.28
        cause="rate-limited",
        meaning="The mail server takes no more messages from us for now: there were too many in"
        " a short time.",
        advice=("Wait an hour, then test once.", "See your provider's page on sending limits."),
        said=(
            Said(words=r"too many (e?mails|messages|connections)|rate[- ]limit|throttl"),
            Said(words=r"frequency limited|maximum sending rate"),
        ),
        temporary=True,
    ),
    Explanation(
        # SMTP2GO 550 (gophish/gophish#1701), Google 421, Brevo 525
        cause="ip-not-allowed",
        meaning="The mail server lets only certain IP addresses send, and this bot's is not one"
        " of them.",
        advice=("Add this bot's IP address to the allowed ones at your mail service.",),
        said=(
            Said(words=r"ip (address )?(is )?not (allowed|in whitelist|authori)"),
            Said(codes=(525,)),
        ),
    ),
    Explanation(
        # Microsoft 5.7.708, Comcast 554, Proofpoint 550
        cause="ip-blocked",
        meaning="The mail server refuses the IP address that this bot sends from, often because"
        " of spam that came from there.",
        advice=(
            "Send through your own provider's outgoing server, with username and password.",
            "Ask this bot's operator to have the address taken off the block list.",
        ),
        said=(
            Said(words=r"not accepted from this ip|block for spam|blocked using|block ?list"),
            Said(enhanced=("5.7.708",)),
        ),
    ),
    Explanation(
        cause="recipient-unknown",
        meaning="There is no mailbox of that address, says the mail server. Your settings work"
        " so far.",
        advice=(
            "Check the spelling of the recipient's address.",
            "Test with another address, such as your own.",
        ),
        said=(
            Said(enhanced=("5.1.1", "5.1.10", "5.2.4"), stages=_LATE),
            Said(
                words=r"user unknown|unknown user|no such user|user does not exist|unrouteable",
                stages=_LATE,
            ),
            Said(
                words=r"mailbox (not found|unavailable)|invalid recipient|addressee unknown",
                stages=_LATE,
            ),
            # Exchange's directory-based edge blocking: 550 5.4.1
            Said(words=r"recipient address rejected: access denied", stages=_LATE),
        ),
    ),
)
