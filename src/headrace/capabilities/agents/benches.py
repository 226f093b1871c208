"""The bench of an instrument: a worktree, the product's checks, and other tools run in it."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from headrace.capabilities.agents.model import CheckOutcome, ProductCheck, Rows
from headrace.capabilities.agents.tools import checking, files
from headrace.capabilities.agents.tools.product import FILE, product_at
from headrace.capabilities.agents.tools.redaction import struck
from headrace.capabilities.agents.tools.tool import Ground


@dataclass(frozen=True)
class WorktreeBench:
    """Fills the port `model.Bench` on the ground of a run."""

    ground: Ground
    rows: Rows | None = None

    @property
    def folder(self) -> Path:
        return self.ground.root

    @property
    def checks(self) -> Mapping[str, ProductCheck]:
        return self.ground.product.checks

    @property
    def search_path(self) -> str:
        return self.ground.search_path

    def declared(self, description: str) -> Mapping[str, ProductCheck]:
        """The checks that a description of a product names. Raises DeclarationsInvalid."""
        with tempfile.TemporaryDirectory(prefix="headrace-product-") as folder:
            file = Path(folder) / FILE
            file.parent.mkdir()
            file.write_text(description, encoding="utf-8")
            return product_at(Path(folder)).checks

    def pause(self, span: timedelta) -> None:
        """Let real time pass. Raises Cancelled."""
        self.ground.cancellation.wait(span)

    def check(self, name: str) -> CheckOutcome:
        """Run one of the product's checks. Raises CheckUnknown, ToolMisused, Cancelled."""
        return checking.checked(self.ground, name)

    def run(self, argv: Sequence[str], *, at_most: timedelta) -> CheckOutcome:
        """Run another tool in the worktree. Raises ToolMisused when it cannot be started, Cancelled."""
        return checking.outcome(argv[0], checking.performed(self.ground, argv, at_most=at_most))

    def files(self) -> tuple[str, ...]:
        """Every file that the role may read, sorted."""
        return tuple(files.listed(self.ground))

    def read(self, path: str) -> str:
        """A file as text, without secrets. Raises PathRefused, FileMissing."""
        content = files.content_at(files.readable(self.ground, path)) or b""
        return struck(content.decode("utf-8", errors="replace"))
