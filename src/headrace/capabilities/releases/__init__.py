"""Releases: work that passed goes out in stages, watched by measurement, and comes back by itself.

Words: a *release* brings the changes of a release contract to everybody; its *rollout* is the plan
that one approval covers, stage by stage; the *cohort* are the users whom a stage reaches, the
*control* all others, at the same time; a *soak* is how long and by how many requests a stage is
watched; a *comparison* judges one metric of the cohort against the control: it passes, is worse, or
is inconclusive, and too little data is never a pass; a *step* promotes, holds or rolls back.
"""
