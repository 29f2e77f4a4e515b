"""An incident's number: short, of letters that are not mistaken for one another."""

import re

from bot.slack.incidents import apology, new_incident


def test_a_number_reads_well_aloud() -> None:
    numbers = {new_incident() for _ in range(200)}
    assert len(numbers) == 200
    for number in numbers:
        assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", number)


def test_an_apology_says_what_to_do_and_names_the_number() -> None:
    text = apology("K7PX-3MQ2")
    assert "nothing was changed" in text
    assert "try again" in text
    assert "K7PX-3MQ2" in text
