"""The record: Git repositories, change requests and their reviewers, merge, Markdown and back."""
