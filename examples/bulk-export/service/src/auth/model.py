"""Words of authentication."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Who calls: a user of a customer. Every query is bound to the customer (`tenant_id`)."""

    tenant_id: str
    user_id: str
