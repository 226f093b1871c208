"""What an organisation's repository begins with: who owns what, and how branches are called."""

from headrace.capabilities.record.model import BranchName, Foundation
from headrace.packs.enterprise.locks import PROTECTED

CODEOWNERS = """\
# Who decides what. The last line that matches a path counts; the author of a change never does.
*                                          @steering
/org/1-strategy/                           @vp-product
/org/2-orchestration/                      @mission-lead
/org/3-execution/                          @division-leads
/org/4-quality/                            @steering
/work/signals/digests/                     @steering
/work/missions/                            @mission-lead
/work/missions/*/VALIDATION.md             @vp-product
/work/missions/*/BRIEF.md                  @vp-product
/work/missions/*/OUTCOME-CONTRACT.md       @vp-product
/work/missions/*/OUTCOME-REPORT.md         @vp-product
/work/missions/*/TECHNICAL-DESIGN.md       @architecture
/work/missions/*/FLEET-REPORT.md           @mission-lead
/work/decisions/                           @tech-lead
/work/decisions/EXC-*                      @steering
/work/assets/                              @division-leads
/work/releases/                            @engineering-manager
/work/retrospectives/                      @on-call
"""

README = """\
# The record of the organisation

Everything that was decided here stands in this repository, as Markdown, with its history.
Changes come in through change requests; CODEOWNERS says who decides them.
"""

FOUNDATION = Foundation(files={"README.md": README, "CODEOWNERS": CODEOWNERS, "LOCKS": PROTECTED})

BRANCHES = (
    BranchName(type="signal", shape="signal/{date}-{slug}"),
    BranchName(type="signal-digest", shape="signal/digest-{week}"),
    BranchName(type="opportunity-validation", shape="mission/{context}/validation"),
    BranchName(type="mission-brief", shape="mission/{context}/brief"),
    BranchName(type="outcome-contract", shape="mission/{context}/brief"),
    BranchName(type="fleet-config", shape="orchestration/{context}/fleet-config"),
    BranchName(type="technical-design", shape="exec/{context}/technical-design"),
    BranchName(type="decision-record", shape="decision/{date}-{slug}"),
    BranchName(type="asset-entry", shape="assets/{context}/{slug}"),
    BranchName(type="release-contract", shape="release/{date}-{slug}"),
    BranchName(type="outcome-report", shape="mission/{context}/outcome"),
    BranchName(type="evolution-proposal", shape="evolution/{slug}"),
    BranchName(type="fleet-report", shape="orchestration/{context}/fleet-report"),
)
