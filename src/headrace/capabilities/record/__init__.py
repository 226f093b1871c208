"""The record: Git repositories, change requests and their reviewers, merge, Markdown and back.

Words: a *repository* is the organisation's own or a product's; a *change request* asks to merge a
branch, with its *members* (artifact versions); a *filing* is a version that needs no approval and
goes to the main branch in a batch; a *projection* is a file drawn anew from live rows; the *known*
commit is how far the main branch has been looked at; a *finding* is what a look at it found wrong.
"""
