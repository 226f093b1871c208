"""Locks in the record: what is protected from the start, and a document for each lock that is held."""

import re
from collections.abc import Mapping
from typing import cast

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Draft, Made
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import LockTaken
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.errors import NotFound
from headrace.kernel.events import Recorded
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json

PROTECTED = """\
# Protected paths: whoever edits one holds a live lock on it (`headrace lock take`). Patterns are
# those of CODEOWNERS; the last line that matches counts, and one with a ! takes protection away.
/CODEOWNERS
/LOCKS
/org/4-quality/policies/
"""
"""The file LOCKS that an organisation's repository begins with."""


def on_taken(ctx: Ctx, event: Recorded) -> None:
    """File the document of a lock, or its next version when it was renewed."""
    told = cast(Mapping[str, Json], event.payload)
    slug = _slug(str(told["target"]), str(told["lock"]))
    owner = str(told["owner"])
    made = Made(by=PrincipalId(owner), brain="human", recipe=str(told["lock"]))
    present = artifacts.find(ctx, ArtifactId(f"path-lock/{slug}"))
    content: Mapping[str, Json] = {
        "title": f"{told['target']} ({told['lock']})",
        "fields": {
            "target": f"{told['repository']}: {told['target']}",
            "owner": _owner(ctx, owner),
            "created": f"{str(told['taken_at'])[:19]}Z",
            "expires": f"{str(told['expires_at'])[:19]}Z",
            "related": [str(told["related"])] if told["related"] else [],
        },
        "sections": {"reason": str(told["reason"])},
    }
    version = artifacts.propose(
        ctx,
        Draft(
            type="path-lock",
            slug=slug,
            context="organisation",
            content=content,
            made=made,
            base=present.head if present is not None else None,
        ),
    )
    record.file_versions(ctx, [version.ref])


def _owner(ctx: Ctx, principal: str) -> str:
    try:
        return f"@{people.principal(ctx, PrincipalId(principal)).handle}"
    except NotFound:
        return principal


def _slug(target: str, lock: str) -> str:
    """Made of the path and the lock's number, for a path may be held again."""
    path = re.sub(r"[^a-z0-9]+", "-", target.lower()).strip("-") or "root"
    return f"{path[:80]}-{lock.rpartition('-')[2]}"


SUBSCRIPTIONS = (Subscription(name="enterprise.lock_taken", events=(LockTaken,), run=on_taken),)
