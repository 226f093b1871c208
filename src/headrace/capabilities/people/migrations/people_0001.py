"""Organisations, principals, teams, grants and tokens."""

from alembic import op

from headrace.kernel.schema import drop, shared_table, tenant_table

revision = "people_0001"
down_revision = None
branch_labels = ("people",)
depends_on = ("workflows_0001",)


def upgrade() -> None:
    shared_table(
        "people_organisation",
        """id text PRIMARY KEY, slug text NOT NULL UNIQUE, name text NOT NULL,
        founded_at timestamptz NOT NULL""",
        app="SELECT, INSERT, UPDATE",
    )
    # One name, one holder: "@leads" is a team or a principal, never both.
    tenant_table("people_handle", "handle text NOT NULL, PRIMARY KEY (organisation, handle)")
    tenant_table(
        "people_principal",
        """id text NOT NULL, kind text NOT NULL, handle text NOT NULL, name text NOT NULL,
        active boolean NOT NULL DEFAULT true, added_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, id), UNIQUE (organisation, handle),
        FOREIGN KEY (organisation, handle) REFERENCES people_handle (organisation, handle)""",
    )
    tenant_table(
        "people_team",
        """id text NOT NULL, handle text NOT NULL, name text NOT NULL,
        PRIMARY KEY (organisation, id), UNIQUE (organisation, handle),
        FOREIGN KEY (organisation, handle) REFERENCES people_handle (organisation, handle)""",
    )
    tenant_table(
        "people_membership",
        """team text NOT NULL, principal text NOT NULL, joined_at timestamptz NOT NULL,
        PRIMARY KEY (organisation, team, principal),
        FOREIGN KEY (organisation, team) REFERENCES people_team (organisation, id),
        FOREIGN KEY (organisation, principal) REFERENCES people_principal (organisation, id)""",
    )
    op.execute("CREATE INDEX ON people_membership (organisation, principal)")
    _grants()
    _tokens()


def _grants() -> None:
    tenant_table(
        "people_grant",
        """id text NOT NULL, principal text, team text, pattern text NOT NULL, subject text,
        reason text NOT NULL, expires_at timestamptz, granted_by text NOT NULL,
        granted_at timestamptz NOT NULL, PRIMARY KEY (organisation, id),
        CHECK (num_nonnulls(principal, team) = 1),
        UNIQUE NULLS NOT DISTINCT (organisation, principal, team, pattern, subject),
        FOREIGN KEY (organisation, principal) REFERENCES people_principal (organisation, id),
        FOREIGN KEY (organisation, team) REFERENCES people_team (organisation, id)""",
    )


def _tokens() -> None:
    """Shared, because a token is looked up before its organisation is known; no secret is kept."""
    shared_table(
        "people_token",
        """id text PRIMARY KEY, organisation text NOT NULL, principal text NOT NULL,
        kind text NOT NULL, secret_hash text NOT NULL, scopes text[], note text NOT NULL,
        issued_by text NOT NULL, issued_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL, revoked_at timestamptz,
        FOREIGN KEY (organisation, principal) REFERENCES people_principal (organisation, id)""",
        app="SELECT, INSERT, UPDATE",
    )
    op.execute("CREATE INDEX ON people_token (organisation, principal, issued_at)")


def downgrade() -> None:
    drop("people_token", "people_grant", "people_membership", "people_team")
    drop("people_principal", "people_handle", "people_organisation")
