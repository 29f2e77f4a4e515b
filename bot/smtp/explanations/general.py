"""What reply codes mean in general, where no entry of the other tables fits. Pure."""

_CODES = {
    # RFC 5321 4.2.3; RFC 4954 6; RFC 7504.
    421: "the mail server is not available now and closes the connection",
    432: "the password must be changed at the provider first",
    450: "the mailbox can't be used now, or the server waits on purpose",
    451: "something went wrong in the mail server",
    452: "the mail server has too little storage now",
    454: "signing in or encrypting fails now, through the mail server",
    455: "the mail server can't do what we asked for now",
    500: "the mail server does not know the command",
    501: "the mail server does not understand an address or a parameter",
    502: "the mail server does not offer the command",
    503: "the mail server expected another command first, often signing in",
    504: "the mail server does not offer this form of the command",
    521: "the mail server takes no mail at all",
    530: "the mail server wants us to sign in or to encrypt first",
    534: "the mail server wants a safer way to sign in",
    535: "the username or the password is wrong",
    538: "the mail server wants an encrypted connection before a password",
    550: "the mailbox does not exist, or the server's rules forbid it",
    551: "the recipient is not at this server",
    552: "the message or the mailbox is too large",
    553: "the mail server does not allow this address",
    554: "the mail server refuses the message",
    555: "the mail server does not know a parameter of the sender or recipient",
    556: "the recipient's domain takes no mail",
}
_STATUSES = {
    # RFC 3463 3, and the registry that RFC 5248 began: RFC 3886, 4954, 6531, 7372, 7505, 8689.
    "1.0": "something is wrong with an address",
    "1.1": "the recipient's mailbox does not exist",
    "1.2": "the recipient's domain does not exist",
    "1.3": "the recipient's address is not written correctly",
    "1.6": "the recipient's mailbox has moved",
    "1.7": "the sender's address is not written correctly",
    "1.8": "the sender's domain does not exist or may not send",
    "1.10": "the recipient's domain takes no mail",
    "2.0": "something is wrong with the recipient's mailbox",
    "2.1": "the recipient's mailbox is switched off",
    "2.2": "the recipient's mailbox is full",
    "2.3": "the message is larger than the recipient may get",
    "2.4": "a mailing list behind the address does not work",
    "3.0": "something is wrong with the mail server",
    "3.1": "the mail server's disk is full",
    "3.2": "the mail server takes no messages now",
    "3.3": "the mail server lacks something that we asked for",
    "3.4": "the message is too large for the mail server",
    "3.5": "the mail server is set up wrongly",
    "4.0": "something is wrong with the network",
    "4.1": "the recipient's mail server does not answer",
    "4.2": "the connection to the recipient's mail server broke",
    "4.3": "a directory or name server does not answer",
    "4.4": "no way to the recipient's domain is known",
    "4.5": "the mail server has too much to do",
    "4.6": "the message goes round in circles",
    "4.7": "the message was under way for too long",
    "5.0": "something is wrong with the commands",
    "5.1": "the mail server does not take this command now",
    "5.2": "the mail server does not understand a command or a name",
    "5.3": "there are too many recipients",
    "5.4": "the mail server does not understand a parameter",
    "5.6": "the username and password are too long for the mail server",
    "6.0": "something is wrong with the form of the message",
    "6.7": "the mail server can't handle addresses with letters outside ASCII",
    "7.0": "a rule of the mail server forbids it",
    "7.1": "a rule of the mail server forbids it for this sender or recipient",
    "7.3": "a security feature is missing",
    "7.4": "the mail server lacks a security feature that we asked for",
    "7.5": "an encryption failed",
    "7.8": "the username or the password is wrong",
    "7.9": "the mail server wants a safer way to sign in",
    "7.10": "the mail server wants an encrypted connection",
    "7.11": "the mail server wants an encrypted connection before a password",
    "7.12": "the password must be changed at the provider first",
    "7.13": "the account is switched off",
    "7.20": "the message has no valid DKIM signature",
    "7.23": "the SPF record of the sender's domain does not name this mail server",
    "7.25": "the sending IP address has no proper name in the DNS",
    "7.26": "neither SPF nor DKIM proves the sender",
    "7.27": "the sender's domain takes no mail, so it may not send any",
    "7.28": "too much mail comes from this sender",
}


def general_meaning(code: int, enhanced: str | None) -> str:
    """Say what a reply means by its codes alone, and that it says no more than that.

    *code*: RFC 5321 4.2; *enhanced*: RFC 3463, such as `5.7.8`, or None.
    """
    by_code = _CODES.get(code)
    kind, _, subject = (enhanced or "").partition(".")
    by_status = _STATUSES.get(subject) if kind in {"2", "4", "5"} else None
    if by_code is None:
        by_code = {
            2: "the mail server agrees, at a point where we did not expect it",
            3: "the mail server waits for more, at a point where we did not expect it",
            4: "the mail server refuses for now",
            5: "the mail server refuses for good",
        }.get(code // 100, "nothing that the standard knows")
    status = f", and status {enhanced} that {by_status}" if by_status else ""
    return (
        f"In general, reply code {code} means that {by_code}{status}."
        " That is the general meaning: this mail server may mean something else by it."
    )
