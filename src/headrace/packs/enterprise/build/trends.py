"""Trends: a policy that fails again and again is a signal, because something upstream is wrong."""

from headrace.capabilities.agents import service as agents
from headrace.capabilities.agents.model import Lifecycle
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import slug
from headrace.capabilities.artifacts.model import ArtifactId, Made
from headrace.capabilities.governance import service as governance
from headrace.capabilities.governance.model import Trend
from headrace.kernel.capability import Subscription
from headrace.kernel.context import Ctx
from headrace.kernel.events import Recorded
from headrace.kernel.ids import PrincipalId
from headrace.kernel.json import Json
from headrace.packs.enterprise.discover import filing
from headrace.packs.enterprise.discover.contents import signal_content, told

URGENCY, IMPACT = "next-cycle", "medium"


def on_trend(ctx: Ctx, event: Recorded) -> None:
    """The third failure in a row, the sixth …: filed once as a signal, by the policy's evaluator."""
    trend = event.payload
    assert isinstance(trend, dict)  # an event's payload is an object
    policy, fails = told(trend, "policy"), told(trend, "fails")
    by = _evaluator(ctx, policy)
    title = f"{policy} failed {fails} times in a row, last on {told(trend, 'subject')}"
    day = f"{ctx.now:%Y-%m-%d}"
    if by is None or artifacts.find(ctx, ArtifactId(f"signal/{day}-{slug(title)}")) is not None:
        return
    made = Made(by=by, brain="skill", recipe=event.id)
    filing.file_signal(ctx, filing.signal_draft(ctx, _content(title, policy, trend), made))


def _content(title: str, policy: str, trend: dict[str, Json]) -> dict[str, Json]:
    content = signal_content(
        title=title,
        category="internal",
        system=filing.JUDGED,
        topic=f"{policy} policy",
        confidence="high",
        observation=f"The {policy} policy failed {told(trend, 'fails')} times in a row; the last "
        f"work that failed it is {told(trend, 'subject')}.",
        urgency=URGENCY,
        impact=IMPACT,
        recommended=filing.recommended(URGENCY, IMPACT),
    )
    return dict(content)


def _evaluator(ctx: Ctx, policy: str) -> PrincipalId | None:
    known = governance.policies(ctx)
    role = known[policy].evaluator if policy in known else ""
    hired = agents.employees(ctx, state=Lifecycle.ACTIVE, limit=1_000)
    return next((one.principal for one in hired if one.role == role), None)


SUBSCRIPTIONS = (Subscription(name="enterprise.trend", events=(Trend,), run=on_trend),)
