"""The demo's name service: it knows the demo's mail servers, and asks nobody about the rest."""

from collections.abc import Iterable
from pathlib import Path

from bot.smtp.lookup import Addresses, Records, Resolver, Unresolved


def write_hosts(path: Path, names: Iterable[str], *, address: str) -> None:
    """Write a hosts file in which all *names* have one address."""
    path.write_text("".join(f"{address} {each}\n" for each in names), encoding="utf-8")


class ClosedResolver(Resolver):
    """Finds what stands in its hosts file, and nothing else: no packet leaves this computer."""

    async def addresses(self, host: str, *, seconds: float) -> Addresses | Unresolved:
        """Return the addresses of *host*, if it is one of the demo's servers."""
        if not self._listed(host):
            text = f"{host} is no mail server of this demo, and the demo reaches no other."
            return Unresolved(cause="dns-nxdomain", text=text)
        return await Resolver.addresses(self, host, seconds=seconds)

    async def records(self, name: str, kind: str, *, seconds: float) -> Records:
        """Find nothing: the demo asks no name server."""
        del name, kind, seconds
        return Records(problem="dns-nxdomain")
