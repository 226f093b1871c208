"""Headrace: carries work through an organisation in which agents work and people decide."""
