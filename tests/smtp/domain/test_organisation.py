"""bot/smtp/domain/organisation.py."""

import pytest

from bot.smtp.domain.organisation import organisational_domain


@pytest.mark.parametrize(
    ("domain", "organisation"),
    [
        ("acme.com", "acme.com"),
        ("a.b.acme.com", "acme.com"),
        ("mail.acme.co.uk", "acme.co.uk"),
        ("co.uk", "co.uk"),
        ("acme.github.io", "acme.github.io"),
        ("shop.xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("mail.acme.nothing", "acme.nothing"),
        ("a..b", "a..b"),
    ],
)
async def test_a_domain_belongs_to_the_one_that_was_registered(
    domain: str, organisation: str
) -> None:
    assert await organisational_domain(domain) == organisation
