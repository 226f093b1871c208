"""Adapters of deployments: a product's manifest, a commit's files, a process, its logs."""
