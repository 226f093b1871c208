"""Governance: who judges, who decides, what waits for whom, and the switch that stops all agents.

Words: a *policy* is a set of criteria; an evaluator hands in a *report* and gets a *judgement* with
one of five *verdicts*; an escalation asks a *question* that outlives the version it arose from; a
*gate* asks people for a decision on a *proposal*, bound to hashes; the *inbox* is every open gate
and question that one person may decide. Nobody judges or decides their own work, and no agent ever
decides for a person.
"""
