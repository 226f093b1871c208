"""Operate: what breaks in production is found, judged, repaired within limits, and learned from.

Words: a *sign* is what health tells of a service (a target that burns, an anomaly of one dimension);
an *incident* is one cause, for as long as it lasts, with all its signs; its *severity* follows from
signs and impact by a table; a *deadline* is when somebody must have acknowledged, mitigated or
resolved it; a *runbook* says how to recognise a failure and which *remedies* are allowed within which
limits; a *plan* is one remedy as a value, with the very numbers that will be set; a *deed* is one
change of a running service, done once, and proven by its trigger, its action and its measured
outcome: without the outcome it is not done. A *call* asks a person at once, a *notice* only tells.
"""
