"""An organisation with people who decide, in which nothing has happened yet."""

from packs.enterprise.discover.conftest import Company, company, house

__all__ = ["Company", "company", "house"]
