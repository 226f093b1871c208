"""What comments offer to REST, CLI and MCP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from headrace.capabilities.artifacts import service
from headrace.capabilities.artifacts.model import ArtifactId, Comment, CommentId
from headrace.kernel.capability import Effect, Http, Operation, OperationKind
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId
from headrace.kernel.inputs import Names

COMMENT = "artifact:comment"


@dataclass(frozen=True, kw_only=True)
class ToSay:
    artifact: Annotated[
        str,
        Names("artifact"),
        Field(description="The artifact.", examples=["mission-brief/export"]),
    ]
    text: Annotated[str, Field(min_length=1, max_length=4_000, description="In Markdown.")]
    version: Annotated[
        int | None, Field(ge=1, description="The version; none: that in force, else the newest.")
    ] = None
    element: Annotated[
        str, Field(max_length=200, description="The part that is meant; empty: all of it.")
    ] = ""


@dataclass(frozen=True, kw_only=True)
class CommentQuery:
    artifact: Annotated[str, Names("artifact")]
    after: Annotated[str, Field(description="Go on after this comment.")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, kw_only=True)
class CommentName:
    comment: Annotated[str, Field(title="Which comment", description="The id of the comment.")]


@dataclass(frozen=True, kw_only=True)
class CommentShown:
    """A comment; one that was taken back has no text."""

    comment: str
    artifact: str
    version: int
    element: str
    author: PrincipalId
    text: str
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CommentPage:
    items: tuple[CommentShown, ...]
    next: str | None


def say(ctx: Ctx, said: ToSay) -> CommentShown:
    """Say something of an artifact, for people to read. It decides nothing, and no agent is told."""
    made = service.comment(
        ctx,
        ArtifactId(said.artifact),
        said.text,
        version=said.version,
        element=said.element,
    )
    return _shown(made)


def listing(ctx: Ctx, query: CommentQuery) -> CommentPage:
    """List what people said of an artifact, oldest first."""
    found = service.comments(
        ctx, ArtifactId(query.artifact), after=query.after, limit=query.limit + 1
    )
    items = tuple(_shown(one) for one in found[: query.limit])
    return CommentPage(items=items, next=items[-1].comment if len(found) > query.limit else None)


def withdraw(ctx: Ctx, name: CommentName) -> CommentShown:
    """Take your own comment back: its words go, that it was there stays."""
    return _shown(service.withdraw_comment(ctx, CommentId(name.comment)))


def _shown(one: Comment) -> CommentShown:
    return CommentShown(
        comment=one.id,
        artifact=one.version.artifact,
        version=one.version.number,
        element=one.element,
        author=one.author,
        text=one.text,
        at=one.at,
        withdrawn_at=one.withdrawn_at,
    )


OPERATIONS = (
    Operation(
        name="comment.add",
        permission=COMMENT,
        input=ToSay,
        output=CommentShown,
        run=say,
        http=Http(method="POST", path="/comments"),
    ),
    Operation(
        name="comment.list",
        permission="artifact:read",
        input=CommentQuery,
        output=CommentPage,
        run=listing,
        http=Http(method="GET", path="/comments"),
        kind=OperationKind.QUERY,
        effect=Effect.NONE,
        columns=("at", "version", "author", "text"),
    ),
    Operation(
        name="comment.withdraw",
        permission=COMMENT,
        input=CommentName,
        output=CommentShown,
        run=withdraw,
        http=Http(method="DELETE", path="/comments/{comment}"),
    ),
)
