"""The governed lifecycle of an enterprise: signal to decision, as one value stream with its data.

Everything here is a declaration for mechanisms that know nothing of it: artifact types, policies,
role cards, modules, and the plain functions that bind them.
"""
