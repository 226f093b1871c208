"""Artifacts: work products for decisions, as versions of a type, linked to what they came from.

Words: an *artifact* has versions and two pointers, *head* (newest) and *effective* (newest
approved); a *version* has a phase and never changes; an *element* is a part with an id and a hash;
a *link* says from which version (or element of it) another was made; *drift* is a link whose
target's element has since changed.
"""
