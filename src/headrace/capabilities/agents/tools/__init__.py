"""Tools: what an agent may call. Authority is enforced here, at the tool, whatever was asked for.

Each tool is a frozen declaration: its name, what a brain reads about it, the form of its arguments,
and its effect, which says how a crash is survived.
"""
