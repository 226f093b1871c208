"""A record held without anybody at work: documents that are effective, as after their approval."""

from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.model import Draft, Made
from headrace.capabilities.missions import service as missions
from headrace.capabilities.streams import service as streams
from headrace.packs.enterprise.types import TYPES
from packs.enterprise.types.documents import DOCUMENTS, a_governance_exception, a_signal

LAYOUTS = {one.name: one for one in TYPES}
SLUG = "bulk-data-export"
PARTS = {
    "date": "2026-04-07",
    "week": "2026-W12",
    "mission": SLUG,
    "venture": "platform-product",
    "division": "core-services",
    "service": "export",
    "number": 1,
    "year": "2026",
}
SIGNALS = (
    "2026-03-13-competitor-export-feature-launch",
    "2026-03-14-workaround-api-usage-spike",
    "2026-03-15-bulk-export-customer-demand",
    "2026-04-08-quality-eval-turnaround",
    "2026-03-20-async-job-cancellation-pattern-missing",
    "2026-04-15-evaluations-wait",
    "2026-04-10-export-large-dataset-timeout",
    "2026-04-22-parquet-memory-wide-tables",
)
"""Every signal that a document of the story names; its brief answers the first three."""

ELSEWHERE = {"signal", "governance-exception", "asset-entry", "imported-document"}


def hold(company, kind, content, name=SLUG, **parts):
    """A document is effective in the record; its reference."""

    def make(ctx):
        layout = LAYOUTS[kind]
        draft = Draft(
            type=kind,
            slug=name,
            context="organisation" if layout.context_kind == "organisation" else f"mission:{SLUG}",
            content=content,
            made=Made(by=company.people["vp-product"].principal, brain="human"),
            parts={k: v for k, v in (PARTS | parts).items() if f"{{{k}" in layout.path},
        )
        made = artifacts.propose(ctx, draft).ref
        artifacts.make_effective(ctx, [made], change=None, commit="0" * 40)
        return made

    return company.do(make)


def hold_everything(company):
    """One document of every type, and what they name: from signals to a postmortem and a runbook."""
    company.do(
        streams.open_context, stream="enterprise", kind="mission", slug=SLUG, title="Bulk export"
    )
    company.do(missions.open_mission, slug=SLUG, context=f"mission:{SLUG}", title="Bulk export")
    for name in SIGNALS:
        hold(company, "signal", a_signal(title=name), name, date=name[:10], slug=name[11:])
    hold(company, "asset-entry", DOCUMENTS["asset-entry"], "bulk-export-api")
    # The public validators look at the day of today: a past exception may be named nowhere there.
    hold(company, "governance-exception", a_governance_exception(fields__expires="2199-12-31"))
    for kind in DOCUMENTS.keys() - ELSEWHERE:
        hold(company, kind, DOCUMENTS[kind])


def exported(company, **wanted):
    """The files of an export, by path."""
    return {one["path"]: one["text"] for one in company.ask("exchange.export", **wanted)["items"]}
