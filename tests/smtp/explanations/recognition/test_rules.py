"""The rules of bot/smtp/explanations/recognition, one by one and together."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.smtp.diagnosis import EXPLANATIONS, RULES, cause_of
from bot.smtp.explanations.recognition.rule import Rule
from bot.smtp.explanations.seen import LONGEST_TEXT, Seen, even, inner_status
from bot.smtp.transcript import Stage

REPLIES = Path(__file__).parents[2] / "other_replies.tsv"


def seen(
    text: str,
    *,
    stage: Stage = Stage.SENDER,
    code: int = 550,
    enhanced: str = "",
    provider: str = "other",
    encrypted: bool = True,
    anonymous: bool = False,
    offers: frozenset[str] = frozenset(),
    plain_sender: bool = True,
) -> Seen:
    made_even = even(text)
    return Seen(
        cause="reply",
        stage=stage,
        code=code,
        enhanced=enhanced or inner_status(made_even, code),
        text=made_even,
        provider=provider,
        port=587,
        anonymous=anonymous,
        encrypted=encrypted,
        offers=offers,
        plain_sender=plain_sender,
    )


IN_CLEAR = seen("Sorry", code=530, encrypted=False, offers=frozenset({"STARTTLS"}))
BY_STATUS = seen("Sorry", code=550, enhanced="5.7.10", encrypted=False)
JUERGEN = seen("Malformed", code=501, plain_sender=False)
POSTFIX = seen(
    "<host[192.0.2.1]>: Client host rejected: Access denied",
    stage=Stage.RECIPIENT,
    code=554,
    enhanced="5.7.1",
    anonymous=True,
    offers=frozenset({"AUTH"}),
)
OPENSMTPD = seen("Sender address syntax error", code=553, enhanced="5.1.0")


def paraphrases() -> list[Seen]:
    found = [IN_CLEAR, BY_STATUS, JUERGEN, OPENSMTPD, POSTFIX]
    for line in REPLIES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        provider, stage, code, enhanced, _, text = line.split("\t")
        found.append(
            seen(
                text.replace("\\n", "\n"),
                stage=Stage(stage),
                code=int(code),
                enhanced=enhanced.replace("-", ""),
                provider=provider,
            )
        )
    return found


def test_each_rule_is_the_one_that_finds_some_reply_in_other_words() -> None:
    known = paraphrases()
    found = {id(next(rule for rule in RULES if rule.fits(each))) for each in known}
    unused = [rule for rule in RULES if id(rule) not in found]
    assert unused == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.cause)
def test_each_rule_needs_something_and_has_words_for_its_cause(rule: Rule) -> None:
    assert rule.words or rule.codes or rule.enhanced
    assert rule.cause in {each.cause for each in EXPLANATIONS}
    for pattern in (*rule.words, rule.unless):
        # A repetition without an end in another one is what makes a pattern slow.
        assert not re.search(r"[+*]\)[+*]|[+*]\)\{[0-9]+,\}", pattern)


def test_what_the_server_offers_tells_what_a_bare_530_wants() -> None:
    assert cause_of(IN_CLEAR) == "starttls-required"
    assert cause_of(seen("Sorry", code=530, encrypted=False)) == "auth-not-attempted"
    assert cause_of(seen("Sorry", code=530, offers=IN_CLEAR.offers)) == "auth-not-attempted"


def test_a_host_that_postfix_denies_access_has_not_signed_in_where_it_could() -> None:
    assert cause_of(POSTFIX) == "auth-not-attempted"
    for other in ({"anonymous": False}, {"offers": frozenset()}):
        assert cause_of(replace(POSTFIX, **other)) == "ip-blocked"


def test_letters_outside_ascii_are_named_where_the_syntax_of_a_sender_is_blamed() -> None:
    assert cause_of(JUERGEN) == "smtputf8-unsupported"
    assert cause_of(seen("Malformed sender", code=501)) == "sender-syntax"


def test_a_refused_sign_in_that_a_later_reply_repeats_is_the_cause() -> None:
    text = (
        "SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"
        " [X.PROD.OUTLOOK.COM] Error: 535 5.7.139 Authentication unsuccessful, basic"
        " authentication is disabled."
    )
    assert cause_of(seen(text, code=530, enhanced="5.7.57")) == "basic-auth-disabled"
    assert cause_of(seen("Error: 535 5.7.8 no", code=530, enhanced="5.7.57")) == "bad-credentials"


def test_a_status_inside_the_text_counts_where_none_stands_before_it() -> None:
    assert cause_of(seen("cuda_nsu 5.1.1 sorry", stage=Stage.RECIPIENT)) == "recipient-unknown"
    assert cause_of(seen("version 4.1.1 sorry", stage=Stage.RECIPIENT)) == "reply"
    assert cause_of(seen("10.5.1.1 sorry", stage=Stage.RECIPIENT)) == "reply"


ATTACKS = (
    *("not " * 1000, "too many " * 500, "sender " * 600, "from " * 800, "a" * 4000, " " * 4000),
    *("recip" * 800, "spam" * 1000, "1." * 2000, "[a:" * 1300, "@" * 4000, "limit " * 600),
    *("not allowed to send a a " * 160, "535 5.7.8 " * 400, "relay" * 800, "\u0130" * 4000),
    "sender address recipient domain mail exceed maximum size user limit header " * 50,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize("stage", [Stage.AUTHENTICATION, Stage.GREETING, Stage.ACCEPTED])
def test_no_text_takes_long(attack: str, stage: Stage) -> None:
    before = time.process_time()
    cause_of(seen(attack, stage=stage))
    assert time.process_time() - before < 0.5  # measured: 0.03 s at most


@given(st.sampled_from(Stage), st.integers(), st.text(max_size=5000), st.booleans())
def test_whatever_a_server_says_has_a_cause_that_is_ours(
    stage: Stage, code: int, text: str, encrypted: bool
) -> None:
    found = cause_of(seen(text, stage=stage, code=code, encrypted=encrypted))
    assert found in {"reply", *(each.cause for each in RULES)}


@given(st.text(max_size=5000))
def test_words_are_made_even_and_stay_short(text: str) -> None:
    made_even = even(text)
    assert len(made_even) <= LONGEST_TEXT
    assert "\n" not in made_even


def test_words_are_even_in_spelling_and_without_addresses() -> None:
    text = (
        "Mail REJETÉ: isn\N{RIGHT SINGLE QUOTATION MARK}t authorized,\n can't E-mail"
        " <a.b@example.com> [192.0.2.1] [2001:db8::1]"
    )
    assert even(text) == "mail rejete: is not authorised, can not email @ [ip4] ip4"
