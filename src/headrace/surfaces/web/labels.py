"""Labels: the words of the forms that are made from declarations, marked so that they are translated."""

from headrace.surfaces.web.language import said

TITLES = (
    said("Actor"), said("Address"), said("After"), said("Agent"), said("Answer"), said("Archived"),
    said("Artifact"), said("Bad"), said("Baseline"), said("Because"), said("Before"), said("By"),
    said("Category"), said("Change"), said("Checklist"), said("Checkpoint"), said("Ci green"),
    said("Commit"), said("Conditions"), said("Confidence"), said("Context"), said("Contract"),
    said("Current"), said("Data"), said("Days"), said("Decision"), said("Default variant"),
    said("Description"), said("Direction"), said("Disposition"), said("Divisions"), said("Document"),
    said("Dollars"), said("Element"), said("Ended"), said("Enough"), said("Escalation"), said("Event"),
    said("Every"), said("Evidence"), said("Exception"), said("Excluded"), said("Expires at"), said("Files"),
    said("Findings"), said("Flag"), said("Flow"), said("Follow up"), said("Founder"), said("Gate"),
    said("Gates"), said("Grant"), said("Handle"), said("Hash"), said("Head"), said("Holder"), said("Hops"),
    said("Hours"), said("Ids"), said("Impact"), said("Incident"), said("Included"), said("Invitation"),
    said("Item"), said("Key"), said("Kind"), said("Least"), said("Lifetime"), said("Limit"), said("Line"),
    said("Lineage"), said("Lock"), said("Login"), said("Measure"), said("Member"), said("Met"),
    said("Metric"), said("Metrics"), said("Minutes"), said("Mission"), said("Module"), said("Move"),
    said("Name"), said("New state"), said("Newest"), said("No effect"), said("Not applicable"),
    said("Note"), said("Observation"), said("Off variant"), said("On"), said("Only open"), said("Origin"),
    said("Owner"), said("Parameter"), said("Path"), said("Percent"), said("Period"), said("Person"),
    said("Plan"), said("Policy"), said("Probability"), said("Proposed"), said("Queries"), said("Question"),
    said("Rationale"), said("Reason"), said("Related"), said("Release"), said("Renamed"), said("Replace"),
    said("Repository"), said("Result"), said("Revision"), said("Right"), said("Role"), said("Rollback"),
    said("Rollout"), said("Rules"), said("Run"), said("Runs"), said("Scope"), said("Scopes"),
    said("Scrape"), said("Segment"), said("Selector"), said("Service"), said("Signal"), said("Since"),
    said("Slug"), said("Source"), said("State"), said("Status"), said("Step"), said("Steps"),
    said("Subject"), said("Subscriber"), said("Summary"), said("Superseded by"), said("Supersedes"),
    said("System"), said("Target"), said("Team"), said("Text"), said("Title"), said("To"), said("Token"),
    said("Tokens"), said("Topic"), said("Total"), said("Type"), said("Until"), said("Urgency"), said("Url"),
    said("Value"), said("Variant"), said("Variants"), said("Verdict"), said("Version"), said("Versions"),
    said("Waiting"), said("Watch"), said("Which comment"), said("Why"), said("Window"), said("Words"),
)  # fmt: skip
"""What the fields of operations are called."""

CHOICES = (
    said("agent instruction update"), said("agent scaling policy"), said("agent type deprecation"),
    said("back"), said("boolean"), said("cancel"), said("competitive"), said("customer"), said("daily"),
    said("deprecated"), said("division merge split"), said("endpoint"), said("false"), said("financial"),
    said("float"), said("forward"), said("implementing"), said("increase"), said("integer"),
    said("internal"), said("investment rebalancing"), said("market"), said("mean"), said("model"),
    said("monthly"), said("new agent type"), said("new venture"), said("not evaluated"), said("object"),
    said("operating model update"), said("pause"), said("policy evolution"), said("process improvement"),
    said("prometheus"), said("rate"), said("resume"), said("run"), said("stalled"), said("string"),
    said("technical"), said("true"), said("venture sunset"), said("vision update"), said("weekly"),
)  # fmt: skip
"""What can be chosen, where no state is called so already."""

UNITS = (
    said("USD"), said("days"), said("hours"), said("minutes"), said("seconds"), said("tokens"),
)  # fmt: skip
"""What numbers count."""
