"""The verbs of artifacts."""

from headrace.capabilities.artifacts.service.archiving import (
    archive,
    in_folder,
    locked,
    moved,
    unarchive,
    wanted_path,
)
from headrace.capabilities.artifacts.service.comments import (
    comment,
    comments,
    withdraw_comment,
)
from headrace.capabilities.artifacts.service.lineage import (
    acknowledge,
    chain,
    drift,
    linked_from,
    links,
    made_in,
)
from headrace.capabilities.artifacts.service.lookups import (
    at_path,
    authored_part,
    counts,
    effective,
    effective_in,
    effective_of,
    find,
    get,
    get_version,
    listing,
    of_slug,
    shown,
    titles,
    versions,
)
from headrace.capabilities.artifacts.service.proposing import (
    free_slug,
    propose,
    reserve_references,
)
from headrace.capabilities.artifacts.service.restoring import (
    differences,
    restore,
    unlike,
)
from headrace.capabilities.artifacts.service.standing import (
    make_effective,
    put_in_change,
    set_phase,
)
from headrace.capabilities.artifacts.service.types import (
    identify,
    layout,
)

__all__ = [
    "acknowledge",
    "archive",
    "at_path",
    "authored_part",
    "chain",
    "comment",
    "comments",
    "counts",
    "differences",
    "drift",
    "effective",
    "effective_in",
    "effective_of",
    "find",
    "free_slug",
    "get",
    "get_version",
    "identify",
    "in_folder",
    "layout",
    "linked_from",
    "links",
    "listing",
    "locked",
    "made_in",
    "make_effective",
    "moved",
    "of_slug",
    "propose",
    "put_in_change",
    "reserve_references",
    "restore",
    "set_phase",
    "shown",
    "titles",
    "unarchive",
    "unlike",
    "versions",
    "wanted_path",
    "withdraw_comment",
]
