"""The public project's own example comes in, is approved, goes out, and is the same to the byte."""

from pathlib import Path

from headrace.app import trees
from headrace.capabilities.people import service as people
from packs.enterprise.exchange.public_project import CHECKOUT, needs_checkout


@needs_checkout
def test_the_public_projects_own_example_comes_in_and_goes_out_the_same_to_the_byte(
    company, tmp_path
):
    example = Path(CHECKOUT) / "examples" / "e2e-loop"
    files = trees.read_files(example)
    offer = [{"path": path, "text": text} for path, text in files.items()]
    company.do(people.grant, "a-vp-product", "exchange:*")

    report = company.ask("exchange.import", by="vp-product", origin="e2e-loop", files=offer)
    company.settle()
    out = company.ask("exchange.export")
    trees.write_files(tmp_path / "out", out["items"], overwrite=False)

    assert [one["outcome"] for one in report["taken"]] == ["new"] * len(files)
    assert len(files) >= 10
    written = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
        for path in (tmp_path / "out").rglob("*.md")
    }
    assert written == {path: (example / path).read_bytes() for path in files}
    assert out["left_out"] == []
