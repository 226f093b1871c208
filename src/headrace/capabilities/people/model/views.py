"""The words of views: lists that somebody keeps, as they left them."""

from dataclasses import dataclass
from datetime import datetime

from headrace.kernel.errors import Invalid


@dataclass(frozen=True, kw_only=True)
class View:
    """A list with its filters, under a name of its owner's. `address` is one of the console's own."""

    name: str
    address: str
    saved_at: datetime


class ViewRefused(Invalid):
    """What is to be kept is no address of the console, or nobody is there to keep it."""

    code = "people.view_refused"
