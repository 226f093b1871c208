"""The one declaration of what coding offers."""

from headrace.kernel.capability import Capability

CAPABILITY = Capability(name="coding", migrations="headrace.capabilities.coding.migrations")
