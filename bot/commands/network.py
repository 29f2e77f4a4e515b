"""The real network, as the environment wants it."""

from bot.config import Config
from bot.smtp.certificates import client_context
from bot.smtp.lookup import Resolver
from bot.smtp.network import Network


def network_of(config: Config) -> Network:
    """Return the network that every conversation with a mail server goes through."""
    return Network(resolver=Resolver(), policy=config.policy, tls=client_context())
