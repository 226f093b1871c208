"""The one declaration of what the journal offers."""

from headrace.kernel.capability import Capability
from headrace.kernel.journal.erasing import Erased
from headrace.kernel.journal.operations import OPERATIONS, PERMISSIONS

CAPABILITY = Capability(
    name="journal", operations=OPERATIONS, permissions=PERMISSIONS, events=(Erased,)
)
