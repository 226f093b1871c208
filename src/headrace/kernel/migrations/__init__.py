"""The ground's own tables, and the environment in which every room's migrations run."""
