"""Accounts, their sessions, invitations and identities; when a token was used last.

All shared, because whoever signs in does so before an organisation is known. No secret is kept.
"""

from alembic import op

from headrace.kernel.schema import drop, shared_table

revision = "people_0002"
down_revision = "people_0001"
branch_labels = None
depends_on = None

_PRINCIPAL = "FOREIGN KEY (organisation, principal) REFERENCES people_principal (organisation, id)"


def upgrade() -> None:
    op.execute("ALTER TABLE people_token ADD COLUMN last_used_at timestamptz")
    shared_table(
        "people_account",
        """id text PRIMARY KEY, login text NOT NULL UNIQUE, password_hash text,
        failures integer NOT NULL DEFAULT 0, made_at timestamptz NOT NULL DEFAULT now()""",
    )
    shared_table(
        "people_place",
        f"""account text NOT NULL REFERENCES people_account (id), organisation text NOT NULL,
        principal text NOT NULL, joined_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (account, organisation), UNIQUE (organisation, principal), {_PRINCIPAL}""",
    )
    shared_table(
        "people_identity",
        """issuer text NOT NULL, subject text NOT NULL,
        account text NOT NULL REFERENCES people_account (id),
        linked_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (issuer, subject)""",
    )
    _sessions()
    shared_table(
        "people_invitation",
        f"""id text PRIMARY KEY, secret_hash text NOT NULL UNIQUE, organisation text NOT NULL,
        principal text NOT NULL, login text NOT NULL, invited_by text NOT NULL,
        invited_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz NOT NULL,
        ended_at timestamptz, {_PRINCIPAL}""",
    )
    op.execute("CREATE INDEX ON people_invitation (organisation, principal)")
    shared_table(
        "people_attempt",
        "key text PRIMARY KEY, count integer NOT NULL, until timestamptz NOT NULL",
    )
    shared_table(
        "people_provider_wait",
        """state_hash text PRIMARY KEY, browser_hash text NOT NULL, nonce text NOT NULL,
        verifier text NOT NULL, purpose json NOT NULL, expires_at timestamptz NOT NULL""",
    )


def _sessions() -> None:
    shared_table(
        "people_session",
        f"""id text PRIMARY KEY, secret_hash text NOT NULL UNIQUE,
        account text NOT NULL REFERENCES people_account (id), organisation text NOT NULL,
        principal text NOT NULL, method text NOT NULL, agent text NOT NULL, address text NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(), seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL, {_PRINCIPAL}""",
    )
    op.execute("CREATE INDEX ON people_session (account)")
    op.execute("CREATE INDEX ON people_session (organisation, principal)")


def downgrade() -> None:
    drop("people_provider_wait", "people_attempt", "people_invitation", "people_session")
    drop("people_identity", "people_place", "people_account")
    op.execute("ALTER TABLE people_token DROP COLUMN last_used_at")
