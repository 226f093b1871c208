"""Identities: the one place where the record asks who is who."""

from collections.abc import Iterable, Mapping

from headrace.capabilities.people import service as people
from headrace.capabilities.people.model import Principal, PrincipalKind, PrincipalNotFound
from headrace.capabilities.record.model import Signature
from headrace.kernel.context import Ctx
from headrace.kernel.ids import PrincipalId

_DOMAIN = "headrace.invalid"
"""Nobody can own this domain (RFC 2606), so no mail ever leaves."""

RECORD = Signature(name="Headrace", email=f"record@{_DOMAIN}")
"""Who commits, whoever is the author."""


def named(ctx: Ctx, handle: str) -> frozenset[PrincipalId]:
    """Whom an owner in CODEOWNERS means: a principal, or a team's members."""
    return people.resolve(ctx, handle)


def handle(ctx: Ctx, principal: PrincipalId) -> str:
    """The handle of a principal, without its @; the id itself of one that people do not know."""
    try:
        return people.principal(ctx, principal).handle
    except PrincipalNotFound:
        return str(principal)


def of_handle(ctx: Ctx, handle: str) -> PrincipalId:
    """The principal of a handle; one that people do not know keeps its text as id."""
    try:
        return people.by_handle(ctx, handle).id
    except PrincipalNotFound:
        return PrincipalId(handle)


def signature(ctx: Ctx, principal: PrincipalId) -> Signature:
    """How a principal signs commits."""
    try:
        found = people.principal(ctx, principal)
    except PrincipalNotFound:
        return Signature(name=str(principal), email=f"{_local(str(principal))}@{_DOMAIN}")
    return Signature(name=found.name, email=f"{found.handle}@{_DOMAIN}")


def of_signature(ctx: Ctx, signature: Signature) -> PrincipalId:
    """Who made a commit by hand: the principal whose handle stands in its address, else the address."""
    known = named(ctx, signature.email.partition("@")[0])
    return next(iter(known)) if len(known) == 1 else PrincipalId(f"git:{signature.email}")


def of_login(ctx: Ctx, named: Mapping[str, str], login: str) -> Principal | None:
    """The active person whom the operator names for a login of the tracker; None for anybody else."""
    known = {name.lower(): handle for name, handle in named.items()}
    handle = known.get(login.lower(), "")
    try:
        found = people.by_handle(ctx, handle) if handle else None
    except PrincipalNotFound:
        return None
    is_person = found is not None and found.active and found.kind is PrincipalKind.PERSON
    return found if is_person else None


def stranger(login: str) -> PrincipalId:
    """Who wrote in the tracker and is nobody here."""
    return PrincipalId(f"tracker:{_local(login or 'somebody')[:60]}")


def all_handles(ctx: Ctx, principals: Iterable[PrincipalId]) -> tuple[str, ...]:
    """The handles of principals, sorted."""
    return tuple(sorted(handle(ctx, principal) for principal in principals))


def _local(text: str) -> str:
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in text) or "somebody"
