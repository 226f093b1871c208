"""The state of background jobs over HTTP."""
