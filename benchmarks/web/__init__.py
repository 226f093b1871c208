"""The console under load: many artifacts, many open pages, one server process. `make bench-web`."""
