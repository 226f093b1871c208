"""Health: what services measure about themselves, what is expected of them, and when it goes wrong.

Words: a *source* is where figures come from (a page of metrics that is scraped, or a Prometheus server
that is asked); a *series* is one figure over time, by its name and labels; a *target* is a service
level objective as an OpenSLO document states it; its *error budget* is what may go wrong within its
window; the *burn rate* is how many times faster than evenly the budget is being spent; a *watch*
compares a figure with its own *baseline*, for the whole and for each *dimension*, so that a failing
part cannot hide behind a healthy whole. All times here are real time: figures come from the world.
"""
