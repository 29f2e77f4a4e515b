"""What the names of the demo stand for: its mail servers, and two domains that use mail. Pure."""

from collections.abc import Mapping

from bot.demo.mail_servers import ADDRESS
from bot.demo.names import Zone
from bot.demo.servers import DOMAIN, OTHER_HOST, SERVERS

NEIGHBOUR = "acme.example"
"""A domain whose mail Google handles, as far as the demo's name server says."""


def zone_of(ports: Mapping[str, int]) -> Zone:
    """Return the demo's names; *ports* tells where each server listens, by its id."""
    hosts: dict[tuple[str, str], list[str]] = {(each.host, "A"): [ADDRESS] for each in SERVERS}
    hosts[(OTHER_HOST, "A")] = [ADDRESS]
    return hosts | {
        (DOMAIN, "MX"): [f"10 smtp.{DOMAIN}."],
        (DOMAIN, "TXT"): [f"v=spf1 a:smtp.{DOMAIN} a:smtps.{DOMAIN} -all"],
        (f"_dmarc.{DOMAIN}", "TXT"): [f"v=DMARC1; p=quarantine; rua=mailto:dmarc@{DOMAIN}"],
        # RFC 6186, RFC 8314 5.1: where to submit mail.
        (f"_submissions._tcp.{DOMAIN}", "SRV"): [f"0 1 {ports['smtps']} smtps.{DOMAIN}."],
        (f"_submission._tcp.{DOMAIN}", "SRV"): [f"0 1 {ports['smtp']} smtp.{DOMAIN}."],
        (NEIGHBOUR, "MX"): ["1 aspmx.l.google.com."],
    }
