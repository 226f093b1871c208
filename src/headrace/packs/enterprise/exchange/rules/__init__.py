"""The rules of the lint, by what they look at; each a pure function over what was read."""

from headrace.packs.enterprise.exchange.model import Rule
from headrace.packs.enterprise.exchange.rules import (
    counts,
    dates,
    demands,
    people,
    structure,
    targets,
    values,
    verdicts,
)

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *values.RULES,
    *targets.RULES,
    *demands.RULES,
    *verdicts.RULES,
    *dates.RULES,
    *people.RULES,
    *counts.RULES,
)
"""Every rule, in the order in which findings are told."""
