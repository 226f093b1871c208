"""The durable flows of the record: verbs in units of work, acts upon Git in between."""

from headrace.capabilities.record import service
from headrace.capabilities.record.flows import (
    looking,
    making,
    merging,
    moving,
    opening,
    rebuilding,
    tracking,
    writing,
)
from headrace.kernel.flow import Flow, Queue

FOUND = Flow(name="record.found", run=making.found, queue=Queue.RECORD, on_failure=service.failed)
IMPORT = Flow(
    name="record.import", run=making.take_in, queue=Queue.RECORD, on_failure=service.failed
)
OPEN = Flow(
    name="record.open", run=opening.open_change, queue=Queue.RECORD, on_failure=service.open_failed
)
CLOSE = Flow(name="record.close", run=opening.close, queue=Queue.RECORD)
MERGE = Flow(
    name="record.merge", run=merging.merge, queue=Queue.RECORD, on_failure=service.merge_failed
)
FILE = Flow(
    name="record.file", run=writing.file, queue=Queue.RECORD, on_failure=service.filing_failed
)
DRAW = Flow(
    name="record.draw", run=writing.draw, queue=Queue.RECORD, on_failure=service.drawing_failed
)
SYNC = Flow(name="record.sync", run=looking.sync, queue=Queue.RECORD)
MOVE = Flow(
    name="record.move", run=moving.move, queue=Queue.RECORD, on_failure=service.moving_failed
)
TRACK = Flow(
    name="record.track",
    run=tracking.track,
    queue=Queue.INTERACTIVE,  # a slow tracker keeps nobody from Git
    on_failure=service.tracking_failed,
)
LOOK = Flow(name="record.look", run=tracking.look, queue=Queue.INTERACTIVE)
SWEEP = Flow(name="record.sweep", run=moving.sweep, queue=Queue.RECORD)
REBUILD = Flow(name="record.rebuild", run=rebuilding.rebuild, queue=Queue.RECORD)
COMPARE = Flow(name="record.compare", run=rebuilding.compare, queue=Queue.RECORD)

FLOWS = (
    FOUND,
    IMPORT,
    OPEN,
    CLOSE,
    MERGE,
    FILE,
    DRAW,
    MOVE,
    TRACK,
    LOOK,
    SWEEP,
    SYNC,
    REBUILD,
    COMPARE,
)
