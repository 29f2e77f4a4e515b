"""Services that send mail for programs: no mailbox, a key in place of a password. Pure."""

from bot.smtp.known.provider import Provider
from bot.smtp.settings import TLSMode

SERVICES = (
    # Endpoint: N; ports: AWS SES, smtp-connect. Credentials for each region, other than access
    # keys: AWS SES, smtp-credentials, and knadh/listmonk#2160. Sandbox:
    # mageplaza/magento-2-smtp#211; its limits: AWS SES, quotas. Read 2026-11-23.
    Provider(
        id="ses",
        label="Amazon SES",
        host="email-smtp.us-east-1.amazonaws.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Your SMTP user name from the SES console",
        requirements=(
            "Put your own region into “Server address” in place of us-east-1.",
            "Create SMTP credentials in the SES console of that region.",
            "The access key and secret of an IAM user do not work here.",
            "Verify “From address”, or its domain, in the same region.",
            "While your SES account is in the sandbox, the recipient must be verified too.",
        ),
        limits="The sandbox lets 200 messages a day through, one a second.",
        link="https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
        hosts=r"email-smtp(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?",
    ),
    # All of it: twilio.com/docs/sendgrid/for-developers/sending-email/
    # integrating-with-the-smtp-api. Sender identities: sahat/hackathon-starter#1083.
    Provider(
        id="sendgrid",
        label="SendGrid",
        host="smtp.sendgrid.net",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="The word apikey, and nothing else",
        requirements=(
            "“Username” is the word `apikey`, the same for everybody.",
            "The password is an API key with the permission “Mail Send”.",
            "“From address” is a verified Sender Identity, or of an authenticated domain.",
        ),
        link="https://www.twilio.com/docs/sendgrid/for-developers/sending-email/"
        "integrating-with-the-smtp-api",
        mx=("sendgrid.net",),
        hosts=r"smtp\.eu\.sendgrid\.net",
    ),
    # Endpoint: N; credentials: documentation.mailgun.com, smtp-relay. Regions and sandbox:
    # mailgun/documentation#132. MX: jace/mxsniff.
    Provider(
        id="mailgun",
        label="Mailgun",
        host="smtp.mailgun.org",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="Like postmaster@your-mailgun-domain.com",
        requirements=(
            "“Username” and password are the SMTP credentials of your sending domain.",
            "The password of the Mailgun account and API keys do not work here.",
            "For a domain in the EU region, “Server address” is smtp.eu.mailgun.org.",
            "A sandbox domain sends to authorised recipients only.",
        ),
        link="https://documentation.mailgun.com/docs/mailgun/user-manual/smtp-protocol/smtp-relay",
        mx=("mailgun.org", "eu.mailgun.org"),
        elsewhere={"eu.mailgun.org": "smtp.eu.mailgun.org"},
    ),
    # All of it: postmarkapp.com/support/article/811. It has no port for TLS from the start:
    # umputun/remark42#1359. Approval: postmarkapp.com/developer/get-started.
    Provider(
        id="postmark",
        label="Postmark",
        host="smtp.postmarkapp.com",
        username_hint="The Server API Token",
        requirements=(
            "“Username” and password are both the Server API Token, twice the same.",
            "“From address” is a confirmed Sender Signature, or of a verified domain.",
            "Until Postmark has approved the account, only your own domain receives mail.",
        ),
        link="https://postmarkapp.com/support/article/"
        "811-what-are-the-smtp-details-api-tokens-i-should-be-using",
        mx=("postmarkapp.com",),
        hosts=r"smtp-broadcasts\.postmarkapp\.com",
    ),
    # Endpoint: N; 465 and the key: developers.brevo.com/docs/smtp-integration. Authorised IPs and
    # activation: facts/smtp.md 3.
    Provider(
        id="brevo",
        label="Brevo",
        host="smtp-relay.brevo.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="The login shown on Brevo's page “SMTP & API”",
        requirements=(
            "The password is an SMTP key from Brevo's page “SMTP & API”.",
            "The account's own password and API keys do not work here.",
            "“From address” is a verified sender, or of an authenticated domain.",
            "Where Brevo restricts IP addresses, authorise that of the computer this bot runs on.",
        ),
        link="https://developers.brevo.com/docs/smtp-integration",
        hosts=r"smtp-relay\.sendinblue\.com",
    ),
    # Endpoint: N; streams, domain: docs.mailtrap.io/email-api-smtp/setup/smtp-integration.
    # STARTTLS on 465 too: mailtrap.io/fake-smtp-server.md.
    Provider(
        id="mailtrap",
        label="Mailtrap",
        host="live.smtp.mailtrap.io",
        username_hint="The word api, or smtp@mailtrap.io",
        requirements=(
            "The password is an API token, shown at the domain's “Integrations”.",
            "“From address” belongs to a sending domain that Mailtrap has verified.",
            "sandbox.smtp.mailtrap.io, with credentials of its own, delivers nothing to anybody.",
        ),
        link="https://docs.mailtrap.io/email-api-smtp/setup/smtp-integration",
        hosts=r"((bulk|sandbox)\.)?smtp\.mailtrap\.io",
    ),
    # All of it: resend.com/docs/send-with-smtp.
    Provider(
        id="resend",
        label="Resend",
        host="smtp.resend.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="The word resend, and nothing else",
        requirements=(
            "“Username” is the word `resend`, the same for everybody.",
            "The password is an API key.",
            "“From address” belongs to a domain that Resend has verified.",
        ),
        link="https://resend.com/docs/send-with-smtp",
    ),
    # All of it: developers.sparkpost.com/api/smtp. Sending domains: SparkPost/support-docs.
    Provider(
        id="sparkpost",
        label="SparkPost",
        host="smtp.sparkpostmail.com",
        username_hint="The word SMTP_Injection, and nothing else",
        requirements=(
            "“Username” is `SMTP_Injection`, the same for everybody.",
            "The password is an API key with the permission “Send via SMTP”.",
            "For an EU account, “Server address” is smtp.eu.sparkpostmail.com.",
            "“From address” belongs to a sending domain that is set up there.",
        ),
        link="https://developers.sparkpost.com/api/smtp/",
        hosts=r"smtp\.eu\.sparkpostmail\.com",
    ),
    # All of it: developers.smtp2go.com/docs/smtp-relay. IP allow list: gophish/gophish#1701.
    Provider(
        id="smtp2go",
        label="SMTP2GO",
        host="mail.smtp2go.com",
        port=TLSMode.IMPLICIT.port,
        tls_mode=TLSMode.IMPLICIT,
        username_hint="An SMTP user of your SMTP2GO account",
        requirements=(
            "“Username” and password are those of an SMTP user, from “Sending, SMTP Users”.",
            "“From address” is a verified sender, or of a verified domain.",
            "Where the account has an IP allow list, add the computer this bot runs on.",
        ),
        link="https://developers.smtp2go.com/docs/smtp-relay",
        hosts=r"mail-[a-z]{2}[0-9]?\.smtp2go\.com",
    ),
)
"""In no order."""
