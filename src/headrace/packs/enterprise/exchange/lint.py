"""The lint: every rule over what was read, its findings in the order of their places."""

from collections.abc import Sequence

from headrace.packs.enterprise.exchange.model import Corpus, Finding, Rule
from headrace.packs.enterprise.exchange.rules import RULES


def lint(corpus: Corpus, rules: Sequence[Rule] = RULES) -> tuple[Finding, ...]:
    """What is refused, then what each rule finds, without repeats, by place."""
    found = [
        Finding(code=rule.code, severity=rule.severity, message=message, places=places)
        for rule in rules
        for message, places in rule.run(corpus)
    ]
    kept = dict.fromkeys((*corpus.refused, *found))
    return tuple(sorted(kept, key=lambda one: (one.places, one.code, one.message)))
