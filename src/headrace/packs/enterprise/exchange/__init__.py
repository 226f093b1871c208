"""Exchange: what comes from outside is read as text and judged by rules; what is ours goes out.

A *corpus* is what was read together; a *piece* is a work product or the prose around it; a *rule*
finds one kind of fault. Nothing that is read gains authority by it.
"""

from headrace.packs.enterprise.exchange.operations import OPERATIONS, PERMISSIONS

__all__ = ["OPERATIONS", "PERMISSIONS"]
