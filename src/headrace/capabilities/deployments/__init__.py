"""Deployments: what runs where; services of products, started from a commit, watched, restarted.

Words: a *service* is what a product's `serve:` describes, one of a product; a *deployment* is the
wish that a commit of it runs, and how that stands; a *parameter* is a number that may be changed
while it runs, within bounds; a *generation* is one process of it that is wanted; a *host* is the
process of this machine that does what the rows say.
"""
