"""Why the mail server does not take the sender's address. Data only.

Replies and sources: recognition/senders.py.
"""

from bot.smtp.explanations.explanation import Explanation

_VERIFY = "Verify the address or its domain at your mail service."

SENDERS = (
    Explanation(
        # gophish/gophish#2900
        cause="sender-not-allowed",
        providers=("microsoft365", "outlook"),
        meaning="The mailbox that we signed in with may not send as {sender}.",
        advice=(
            "Set “From address” to the address of the mailbox that signs in.",
            "Or ask your Microsoft 365 admin to give that mailbox the right “Send As”.",
        ),
    ),
    Explanation(
        # frappe/erpnext#19057
        cause="sender-not-allowed",
        providers=("zoho",),
        meaning="Zoho does not let the account that we signed in with send as {sender}.",
        advice=(
            "Set “From address” to the account's own address, or to an alias of it.",
            "Check “Server address”: smtp.zoho.com, smtp.zoho.eu and smtp.zoho.in are not one.",
            "For a domain of your own, see whether smtppro.zoho.com is your server.",
        ),
        page=True,
    ),
    Explanation(
        # Fastmail looks at the From header; the envelope may be right.
        cause="sender-not-allowed",
        providers=("fastmail",),
        meaning="{sender} is no sending identity of the Fastmail account.",
        advice=(
            "Add the address as a sending identity in Fastmail's settings.",
            "Or set “From address” to one that is there already.",
        ),
    ),
    Explanation(
        # TryGhost/Ghost#17012
        cause="sender-not-allowed",
        providers=("icloud",),
        meaning="{sender} is no address of the Apple Account that we signed in with.",
        advice=(
            "Set “From address” to the iCloud address, or to an alias or own domain set up there.",
        ),
        page=True,
    ),
    Explanation(
        # xuxueli/xxl-job#3858, splitbrain/dokuwiki-plugin-smtp#38, nodeSolidServer#1281
        cause="sender-not-allowed",
        providers=("qq", "netease", "yandex", "mailru", "yahoo", "aol"),
        meaning="This provider takes mail only from the address that signs in, and {sender} is"
        " another.",
        advice=("Set “From address” to the address that stands in “Username”.",),
    ),
    Explanation(
        cause="sender-not-allowed",
        meaning="The account that we signed in with may not send as {sender}.",
        advice=(
            "Set “From address” to the address of the account that signs in.",
            "Or add the address to that account as an alias at your provider.",
        ),
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
        link="https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html",
    ),
    Explanation(
        # sahat/hackathon-starter#1083; the page is the one of SendGrid's own reply.
        cause="sender-not-verified",
        providers=("sendgrid",),
        meaning="{sender} is no verified sender identity of the SendGrid account.",
        advice=(
            "Verify the address as a single sender at SendGrid, or authenticate its domain.",
            "Or set “From address” to one that is verified already.",
        ),
        link="https://sendgrid.com/docs/for-developers/sending-email/sender-identity/",
    ),
    Explanation(
        # feedadoc/feedadoc#110
        cause="sender-not-verified",
        providers=("postmark",),
        meaning="{sender} is no sender signature of the Postmark account, and its domain is not"
        " verified there.",
        advice=(
            "Add the address as a sender signature at Postmark, or verify its domain.",
            "Or set “From address” to one that is there already.",
        ),
    ),
    Explanation(
        # SparkPost/support-docs: "Unconfigured Sending Domain"; Resend, Mailgun, Mailtrap, Brevo.
        cause="sender-not-verified",
        providers=("sparkpost", "resend", "mailgun", "mailtrap", "brevo", "smtp2go"),
        meaning="The domain of {sender} is not set up and verified for sending at the mail"
        " service.",
        advice=(
            "Add the domain at your mail service, and publish the DNS records that it shows.",
            "Or set “From address” to an address of a domain that is verified already.",
            "See whether “Server address” belongs to the region of your account.",
        ),
        page=True,
    ),
    Explanation(
        # Postal 530 (postalserver/postal#570)
        cause="sender-not-verified",
        meaning="The mail service does not know {sender} as one of your addresses.",
        advice=(_VERIFY, "Or set “From address” to one that is verified already."),
    ),
    Explanation(
        # Exim: callout to the domain of the sender.
        cause="sender-verify-failed",
        meaning="The mail server asked the domain of {sender}, and was told that this address"
        " does not exist.",
        advice=("Set “From address” to an address that can receive mail.",),
    ),
    Explanation(
        cause="sender-domain-unknown",
        meaning="The domain of {sender} does not exist in the DNS, or can receive no mail, so the"
        " mail server takes none from it.",
        advice=(
            "Check the spelling of “From address”.",
            "If it is right, publish an MX record for its domain.",
        ),
    ),
    Explanation(
        cause="sender-syntax",
        meaning="The mail server does not understand {sender} as an address.",
        advice=(
            "Type “From address” anew by hand, with a full domain after the @.",
            "Take one with plain letters, if it has others.",
        ),
    ),
    Explanation(
        # RFC 6531; OpenSMTPD 553 5.1.0 (measured) says only that it can't read the address.
        cause="smtputf8-unsupported",
        meaning="The mail server can't read the address. Mostly it has letters outside ASCII"
        " before the @, and this server can't handle such addresses (SMTPUTF8).",
        advice=(
            "Use an address with plain letters.",
            "Or use a mail server that supports SMTPUTF8.",
        ),
    ),
    Explanation(
        cause="sender-rejected",
        meaning="The mail server takes no mail from {sender}. It does not exist there, or a rule"
        " forbids it.",
        advice=(
            "Set “From address” to an address that exists at this mail server.",
            "If it does, ask whoever runs the server which rule turns it away.",
        ),
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
    ),
    Explanation(
        cause="dmarc-refused",
        meaning="The domain of {sender} tells servers to refuse mail that isn't proved to"
        " come from it (DMARC), and this message isn't.",
        advice=(
            "Set “From address” to an address of the domain that your mail service sends for.",
            "Or set up SPF and DKIM for that domain with your mail service.",
        ),
    ),
    Explanation(
        cause="bad-message-format",
        meaning="The mail server finds the form of the message wrong, often its sender line.",
        advice=(
            "Type “Sender name”, “From address” and “Reply-to address” anew by hand.",
            "If it stays, show the details to whoever runs the mail server.",
        ),
    ),
)
