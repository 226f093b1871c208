"""The role cards of the enterprise, one YAML file each; who may work, and how far."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from headrace.capabilities.agents.model import Catalogue, Roles
from headrace.capabilities.agents.service import load_catalogue


@cache
def catalogue() -> Catalogue:
    """Every card of this pack, read once and checked."""
    return load_catalogue(Path(str(files(__name__))))


ROLES = Roles(read=catalogue)


def layer_of(handle: str) -> str:
    """The layer in which an agent works; people have none here."""
    cards = {card.id: card for card in catalogue().cards}
    card = cards.get(handle)
    return card.layer if card is not None else ""
