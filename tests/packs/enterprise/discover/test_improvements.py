"""Improvement signals: any agent may file what it notices while it does something else."""

import pytest

from headrace.capabilities.agents.cards import Lifecycle
from headrace.capabilities.intake.model import Disposition
from headrace.capabilities.streams import service as streams
from headrace.packs.enterprise.roles import catalogue
from packs.enterprise.build.conftest import EXAMPLE
from packs.enterprise.discover.conftest import ORGANISATION

SOURCES = {
    "crm_accounts": "crm_accounts.csv",
    "crm_requests": "crm_requests.csv",
    "crm_tags": "crm_tags.csv",
    "support_tickets": "support_tickets.json",
    "api_usage": "api_usage.csv",
}

NOTICING = """\
role: infrastructure-capacity-planning
task: scan
turns:
  - calls:
      - tool: file_signal
        arguments:
          title: Usage Is Collected By Hand
          category: technical
          urgency: monitor
          observation: The figures come from a file that somebody writes.
  - calls:
      - tool: submit
        arguments:
          title: Workaround API Usage Spike
          fields: {}
          sections:
            source: {category: technical, system: Gateway, topic: bulk export, confidence: high}
            observation: It rose.
            assessment: {urgency: next-cycle, impact: high}
            disposition: {recommended: proceed}
"""


@pytest.mark.parametrize(
    "card", [c for c in catalogue().cards if c.status is Lifecycle.ACTIVE], ids=lambda c: c.id
)
def test_every_agent_that_works_may_file_one(card):
    assert "file_signal" in card.tools


def test_what_agents_noticed_is_listed_by_layer_and_filer(company):
    company.record("scan-usage.yaml", NOTICING)
    for source, file in SOURCES.items():
        company.load(source, (EXAMPLE / "sources" / file).read_text())
    company.file("Filed by a person")
    for module in ("scan-customers", "scan-usage"):
        company.do(streams.start, ORGANISATION, module)
    company.jobs()

    found = company.ask("signal.improvements")["items"]
    assert [(one["layer"], one["filed_by"], one["category"], one["title"]) for one in found] == [
        ("execution", "customer-signal-scanner", "internal", "CRM Tags For One Subject Differ"),
        (
            "execution",
            "infrastructure-capacity-planning",
            "technical",
            "Usage Is Collected By Hand",
        ),
    ]
    page = company.read(company.effective(found[0]["signal"]).path)
    assert "- **Filed by:** customer-signal-scanner" in page
    assert "- **Layer:** execution" in page
    assert company.signal(found[1]["signal"]).disposition is Disposition.MONITOR
    assert len(company.ask("signal.list")["items"]) == 5
    assert company.ask("signal.improvements", since="2026-03-17T00:00:00Z")["items"] == []
