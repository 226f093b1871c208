"""The one declaration of what artifacts offers."""

from headrace.capabilities.artifacts import comment_operations, operations
from headrace.capabilities.artifacts.model import (
    Archived,
    BecameEffective,
    Commented,
    CommentWithdrawn,
    PhaseChanged,
    Proposed,
    Restored,
    Unarchived,
)
from headrace.kernel.capability import Capability, Permission
from headrace.kernel.inputs import Listing

LISTINGS = (
    Listing(
        kind="artifact", operation="artifact.list", words="words", value="{id}", title="{title}"
    ),
    Listing(
        kind="artifact-type",
        operation="artifact.types",
        value="{name}",
        title="{title}",
        is_closed=True,
    ),
)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="artifacts",
    operations=(*operations.OPERATIONS, *comment_operations.OPERATIONS),
    events=(
        Proposed,
        BecameEffective,
        PhaseChanged,
        Restored,
        Archived,
        Unarchived,
        Commented,
        CommentWithdrawn,
    ),
    permissions=(
        Permission(
            name="artifact:read", summary="See artifacts, their versions and what they came from"
        ),
        Permission(
            name="artifact:comment", summary="Say something of artifacts for people to read"
        ),
        Permission(name="artifact:acknowledge", summary="Say that a drift is of no consequence"),
    ),
    migrations="headrace.capabilities.artifacts.migrations",
    declares=LISTINGS,
)
