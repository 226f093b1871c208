"""Headrace: carries work through an organisation whose workers are agents and whose decisions are people's."""
