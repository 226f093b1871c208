"""A few types of work product, and short ways to hand in versions of them."""

from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa

from headrace.capabilities.artifacts import service
from headrace.capabilities.artifacts.layout import Bullets, Each, Field, Prose
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactId,
    ArtifactType,
    Draft,
    Link,
    Made,
    Version,
    VersionRef,
)
from headrace.capabilities.workflows.engine import JobWriter
from headrace.kernel.capability import Capability
from headrace.kernel.context import Actor
from headrace.kernel.house import House
from headrace.kernel.ids import PrincipalId
from headrace.kernel.unit import Units

TYPES = (
    ArtifactType(
        name="toy-signal",
        title="Toy Signal",
        path="toy/signals/{slug}.md",
        immutable=True,
        approval=False,
        sections=(Prose(name="text"),),
    ),
    ArtifactType(
        name="toy-release",
        title="Toy Release",
        path="toy/releases/{slug}.md",
        immutable=True,
        sections=(Prose(name="text"),),
    ),
    ArtifactType(
        name="toy-brief",
        title="Toy Brief",
        path="toy/{mission}/BRIEF.md",
        reference_shape="TOY-{year}-{number:03}",
        context_kind="mission",
        fields=(Field(name="status", projected=True), Field(name="sponsor")),
        sections=(
            Prose(name="objective", required=True),
            Bullets(name="scope"),
            Each(name="streams", fields=(Field(name="owns"),)),
        ),
    ),
    ArtifactType(
        name="toy-design",
        title="Toy Design",
        path="toy/{mission}/DESIGN.md",
        context_kind="mission",
        sections=(Prose(name="text"),),
    ),
)

HEADS = {
    "toy-signal": "text",
    "toy-release": "text",
    "toy-brief": "objective",
    "toy-design": "text",
}
"""The prose section of each type."""


@dataclass
class Works:
    """Work products of the test's organisation."""

    units: Units
    actor: Actor

    def do(self, verb, *args, **kwargs):
        return self.units.run(self.actor, verb, *args, **kwargs)

    def elsewhere(self, organisation: str) -> "Works":
        """The same house, seen from another organisation."""
        return Works(self.units, replace(self.actor, organisation=organisation))

    def draft(self, type: str = "toy-brief", slug: str = "export", **facts) -> Draft:
        text = facts.pop("text", "Customers take their data with them.")
        sections = {HEADS[type]: text, **facts.pop("sections", {})}
        content = {"title": facts.pop("title", f"The {type}"), "sections": sections}
        made = Made(by=PrincipalId("prn_writer"), brain=facts.pop("brain", "model"))
        links = tuple(Link(target=VersionRef.parse(one)) for one in facts.pop("links", ()))
        known = {
            "context": f"mission:{slug}",
            "parts": {"mission": slug} if type in {"toy-brief", "toy-design"} else {},
            "content": facts.pop("content", content),
            "made": made,
            "links": links,
        }
        return Draft(type=type, slug=slug, **{**known, **facts})

    def propose(self, type: str = "toy-brief", slug: str = "export", **facts) -> Version:
        return self.do(service.propose, self.draft(type, slug, **facts))

    def effective(self, *versions: Version, **facts) -> None:
        given = {"change": "CR-1", "commit": "c0ffee", **facts}
        self.do(service.make_effective, [version.ref for version in versions], **given)

    def approved(self, *args, no_effect: bool = False, **facts) -> Version:
        version = self.propose(*args, **facts)
        self.effective(version, no_effect=no_effect)
        return version

    def get(self, artifact: str) -> Artifact:
        return self.do(service.get, ArtifactId(artifact))

    def version(self, text: str) -> Version:
        return self.do(service.get_version, VersionRef.parse(text))

    def drift(self, version: Version):
        return self.do(service.drift, version.ref)

    def events(self, type: str) -> list[dict]:
        with self.units.open(self.actor) as ctx:
            rows = ctx.db.execute(
                sa.text(
                    "SELECT payload FROM journal_event WHERE organisation = :o AND type = :type "
                    "ORDER BY recorded_at, lineage, number"
                ),
                {"o": ctx.organisation, "type": type},
            )
            return list(rows.scalars())


@pytest.fixture
def works(database, house, clock, system) -> Works:
    composed = House((*house.capabilities, Capability(name="toy", declares=TYPES)))
    units = Units(
        engine=database.app,
        house=composed,
        clock=clock,
        tenancy=database.tenancy,
        jobs=JobWriter(composed, database.app),
    )
    return Works(units, system)
