"""The one declaration of what the journal offers."""

from headrace.kernel.capability import Capability
from headrace.kernel.inputs import Listing
from headrace.kernel.journal.erasing import Erased
from headrace.kernel.journal.operations import OPERATIONS, PERMISSIONS

LISTINGS = (Listing(kind="parked-subscriber", operation="journal.parked", value="{subscriber}"),)
"""How what is named here is listed, so that a door can offer it."""

CAPABILITY = Capability(
    name="journal",
    operations=OPERATIONS,
    permissions=PERMISSIONS,
    events=(Erased,),
    declares=LISTINGS,
)
