"""How bad it is, by when what must have happened, which runbook knows it, what may be done. Pure."""
