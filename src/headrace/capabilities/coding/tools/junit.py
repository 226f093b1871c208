"""Reading the report that a test run writes, in the form that JUnit gave its name to."""

from pathlib import Path
from xml.etree import ElementTree

from headrace.capabilities.coding.model import Case, Outcome


def records_of(report: Path) -> list[Case] | None:
    """Every test of a run, sorted; None when the run ended before it could report."""
    if not report.is_file():
        return None
    try:
        # The parser below (expat) bounds how far entities may grow, and follows none to other files.
        root = ElementTree.parse(report).getroot()  # noqa: S314 -- see above
    except ElementTree.ParseError:
        return None
    found = [_record(case) for case in root.iter("testcase")]
    return sorted(found, key=lambda record: record.id)


def _record(case: ElementTree.Element) -> Case:
    inside = {child.tag for child in case}
    if inside & {"failure", "error"}:
        outcome = Outcome.FAILED
    elif "skipped" in inside:
        outcome = Outcome.SKIPPED
    else:
        outcome = Outcome.PASSED
    return Case(module=case.get("classname", ""), name=case.get("name", ""), outcome=outcome)
