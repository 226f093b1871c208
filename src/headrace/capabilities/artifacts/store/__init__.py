"""Rows of artifacts; all its SQL."""

from headrace.capabilities.artifacts.store.artifacts import (
    by_path,
    create,
    find,
    search,
    set_effective,
    set_head,
    set_reference,
)
from headrace.capabilities.artifacts.store.counting import (
    count,
    lock_names,
    reserve_number,
)
from headrace.capabilities.artifacts.store.lineage import (
    acknowledge,
    acknowledged,
    add_elements,
    add_links,
    all_quiet,
    chain,
    elements,
    linked_from,
    links,
    steps,
)
from headrace.capabilities.artifacts.store.versions import (
    add_version,
    effective_versions,
    put_version,
    set_change,
    set_merged,
    set_phase,
    version,
    versions,
)

__all__ = [
    "acknowledge",
    "acknowledged",
    "add_elements",
    "add_links",
    "add_version",
    "all_quiet",
    "by_path",
    "chain",
    "count",
    "create",
    "effective_versions",
    "elements",
    "find",
    "linked_from",
    "links",
    "lock_names",
    "put_version",
    "reserve_number",
    "search",
    "set_change",
    "set_effective",
    "set_head",
    "set_merged",
    "set_phase",
    "set_reference",
    "steps",
    "version",
    "versions",
]
