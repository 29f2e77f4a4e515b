"""bot/smtp/explanations/general.py."""

import pytest

from bot.smtp.explanations.general import general_meaning


@pytest.mark.parametrize(
    ("code", "enhanced", "said"),
    [
        (550, None, "code 550 means that the mailbox does not exist, or the server's rules"),
        (535, "5.7.8", "status 5.7.8 that the username or the password is wrong"),
        (450, "4.99.1", "code 450 means that the mailbox can't be used now"),
        (499, None, "refuses for now"),
        (599, None, "refuses for good"),
        (250, None, "agrees"),
        (354, None, "waits for more"),
        (0, "", "nothing that the standard knows"),
        (550, "<!channel>.7.8", "the server's rules forbid it. That is the general meaning"),
        (99999, "nonsense", "nothing that the standard knows"),
    ],
)
def test_codes_have_a_general_meaning(code: int, enhanced: str | None, said: str) -> None:
    assert said in general_meaning(code, enhanced)
