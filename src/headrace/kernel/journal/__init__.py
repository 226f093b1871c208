"""The journal: what happened, strictly ordered within a lineage, sealed against change, heard by rooms.

Words: an *event* stands at a *number* in its *lineage* and, once sequenced, at a *position* over
all; a *subscriber* hears events; a poison event *parks* its lineage for that subscriber; a *block*
seals a run of events into its organisation's hash chain.
"""
