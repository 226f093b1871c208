"""Documents: the release contract that a release follows."""

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import ArtifactId, Version, VersionRef
from headrace.capabilities.releases import service as releases
from headrace.capabilities.releases.model import Release, ReleaseId
from headrace.kernel.context import Ctx
from headrace.kernel.errors import NotFound

TYPE = "release-contract"


def contract_of(ctx: Ctx, release: Release) -> Version | None:
    """The version of the contract that a release follows; None for one drafted by hand."""
    if not release.contract.startswith(f"{TYPE}/"):
        return None
    try:
        return artifacts.get_version(ctx, VersionRef.parse(release.contract))
    except NotFound:
        return None


def of_release(ctx: Ctx, id: str) -> ArtifactId | None:
    """The contract of a release, or None for one drafted by hand."""
    contract = contract_of(ctx, releases.get(ctx, ReleaseId(id)))
    return contract.ref.artifact if contract is not None else None
