"""Discover: from the world's records to signals, digests, validated opportunities and briefs."""
