"""Flags: features that are turned on for some and off for others, and turned off at once.

Words: a *flag* gives one of its *variants* to whoever asks; a *rule* gives one to those who meet its
conditions; a *rollout* gives one to a percentage of everybody; a *targeting key* names who asks, and
a *bucket* is the place that flag and key have among 100,000, so that an answer sticks to its user
and a rollout that grows never takes anybody back; a *segment* is a named group of conditions; a
*kill* gives everybody the variant of a flag that is off, until a person revives it; a flag is
*settled* when everybody gets the same variant. Environments are attributes of whoever asks.
"""
