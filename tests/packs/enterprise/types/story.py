"""The one story that every builder tells from: where its documents lie, and how one is changed."""

from copy import deepcopy
from typing import Any

Content = dict[str, Any]

DEMAND = "work/signals/2026-03-15-bulk-export-customer-demand.md"
LAUNCH = "work/signals/2026-03-13-competitor-export-feature-launch.md"
SPIKE = "work/signals/2026-03-14-workaround-api-usage-spike.md"
DIGEST = "work/signals/digests/2026-W12-digest.md"
DECISION = "work/decisions/2026-03-25-bulk-export-async-pattern.md"
MISSION = "MISSION-2026-015"


def changed(content: Content, changes: dict[str, Any]) -> Content:
    """`content` with the part at each place ("sections__scope__in_scope") replaced."""
    result = deepcopy(content)
    for place, value in changes.items():
        *way, last = place.split("__")
        holder = result
        for step in way:
            holder = holder.setdefault(step, {})
        holder[last] = value
        if value is None:
            del holder[last]
    return result
