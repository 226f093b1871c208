"""Control: the whole organisation read at once, out of what the rooms below keep.

Words: *why* answers for a line of a file, *trace* for a signal; an *origin* is the commit that wrote
lines and what brought it; a *cause* is a version that those lines go back to; a *trace* is the tree of
everything that came of an artifact, a *node* one thing in it. It keeps no rows of its own.
"""
