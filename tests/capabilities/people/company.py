"""An organisation for tests, with short words for what is done in it."""

import sqlalchemy as sa

from headrace.capabilities.people import service
from headrace.capabilities.people.model import PrincipalKind
from headrace.kernel.context import Actor, ActorKind, system_actor
from headrace.kernel.ids import OrganisationId, new_id


class Company:
    """An organisation under test: short words for what is done in it."""

    def __init__(self, units, slug="acme"):
        self.units = units
        self.system = system_actor(OrganisationId(new_id("org")))
        self.as_system(service.found_organisation, slug=slug, name=slug.title())

    def as_system(self, verb, *arguments, **named):
        return self.units.run(self.system, verb, *arguments, **named)

    def adds(self, handle, *rights, kind=PrincipalKind.PERSON) -> Actor:
        made = self.as_system(service.add_principal, handle=handle, kind=kind)
        for right in rights:
            self.as_system(service.grant, handle, right)
        return Actor(
            organisation=self.system.organisation, principal=made.id, kind=ActorKind(kind.value)
        )

    def token(self, handle, scopes=None) -> str:
        return self.as_system(service.issue_token, handle, scopes=scopes).secret

    def may(self, actor, permission, subject=None):
        return self.units.run(actor, service.allowed, permission, subject)

    def events(self, type):
        with self.units.open(self.system) as ctx:
            return list(
                ctx.db.execute(
                    sa.text(
                        "SELECT payload FROM journal_event WHERE type = :type "
                        "ORDER BY recorded_at, lineage, number"
                    ),
                    {"type": type},
                ).scalars()
            )
