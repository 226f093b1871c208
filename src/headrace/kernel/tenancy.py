"""Tenancy: the pass that a unit of work shows to the database to see one organisation's rows.

The pass is signed, so SQL alone cannot make one: a statement smuggled in as the application's role
sees the organisation of its unit of work and no other, whatever it sets.
"""

import hashlib
import hmac

import sqlalchemy as sa

from headrace.kernel.ids import OrganisationId

_SHOW = sa.text("SELECT set_config('headrace.pass', :pass, true)")

ORGANISATION_FUNCTION = """
CREATE FUNCTION headrace_organisation() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    pass text := coalesce(current_setting('headrace.pass', true), '');
    organisation text := split_part(pass, '|', 1);
    secret text := (SELECT value FROM kernel_secret WHERE name = 'tenancy');
BEGIN
    IF secret IS NULL OR organisation = '' OR split_part(pass, '|', 2) <> encode(sha256(convert_to(
        secret || '|' || organisation || '|' || pg_backend_pid()::text || '|' || secret, 'UTF8')), 'hex')
    THEN
        RETURN NULL;
    END IF;
    RETURN organisation;
END $$
"""
"""The organisation of the pass, or NULL; bound to the connection, so a copied pass opens nothing."""


class Tenancy:
    """Signs passes with a secret that the database's owner knows and the application's SQL cannot read."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "Tenancy(secret=…)"

    def seal(self, purpose: str, text: str) -> str:
        """A signature of `text` in hex that only processes of this installation can make.

        `purpose` keeps a seal of one mechanism from being shown to another.
        """
        key = hashlib.sha256(f"headrace-seal|{purpose}|{self._secret}".encode()).digest()
        return hmac.new(key, text.encode(), "sha256").hexdigest()

    def enter(self, db: sa.Connection, organisation: OrganisationId) -> None:
        """Let this transaction see the rows of `organisation`. Ends with the transaction."""
        if "|" in organisation:
            raise ValueError("An organisation's id holds no bar.")
        driver = db.connection.driver_connection
        assert driver is not None  # a connection inside a transaction has its driver's
        signed = f"{self._secret}|{organisation}|{driver.info.backend_pid}|{self._secret}"
        signature = hashlib.sha256(signed.encode()).hexdigest()
        db.execute(_SHOW, {"pass": f"{organisation}|{signature}"})


def tenancy_secret(app_password: str) -> str:
    """The secret that follows from the application role's password: nothing more to configure."""
    return hashlib.sha256(f"headrace-tenancy|{app_password}".encode()).hexdigest()
