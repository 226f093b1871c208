"""OpenSLO: documents of its version 1, as they are, read into targets. Pure.

Read: SLO with ratio and threshold metrics, indicators inline or by reference (SLI), all three budgeting
methods, rolling and calendar windows, alert conditions of the kind burnrate inline or by reference.
What a document asks for and is not understood is told, never left out silently. Source: the OpenSLO
specification, version 1.0.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from headrace.capabilities.health import selectors
from headrace.capabilities.health.model import (
    BURN_RULES,
    BurnRule,
    Comparison,
    Method,
    Query,
    Ratio,
    Selector,
    SeriesKind,
    Severity,
    Target,
    Threshold,
    Window,
    WindowUnit,
)
from headrace.kernel.errors import Refusal

Document = Mapping[str, Any]
_SPANS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MOST = 200


class _Fault(Exception):
    """One thing in a document that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A query that a target needs from a Prometheus server; its series bear its name."""

    source: str
    name: str
    query: Query


@dataclass(frozen=True, kw_only=True)
class Read:
    """What documents say: targets, and what they ask Prometheus servers for."""

    targets: tuple[Target, ...]
    asked: tuple[Asked, ...]


def read(text: str, prometheus: frozenset[str] = frozenset()) -> Read | Refusal:
    """Every objective of a text of YAML documents; `prometheus` names the sources that are servers.

    A Refusal names every fault, each with its document.
    """
    try:
        documents = [one for one in YAML(typ="safe", pure=True).load_all(text) if one is not None]
    except YAMLError as fault:
        return Refusal((f"this is no YAML: {fault}",))
    if not all(isinstance(one, dict) for one in documents) or len(documents) > _MOST:
        return Refusal((f"OpenSLO documents are objects with kind and spec, {_MOST} at most",))
    reader = _Reader(documents, prometheus)
    targets = list(reader.targets())
    faults = [*reader.faults]
    if not targets and not faults:
        faults.append("no document of kind SLO")
    if faults:
        return Refusal(tuple(faults[:20]))
    return Read(targets=tuple(targets), asked=tuple(reader.asked.values()))


class _Reader:
    """Reads the documents of one text, which may refer to one another."""

    def __init__(self, documents: Sequence[Document], prometheus: frozenset[str]) -> None:
        self._documents = documents
        self._prometheus = prometheus
        self.faults: list[str] = []
        self.asked: dict[tuple[str, str], Asked] = {}

    def targets(self) -> Iterator[Target]:
        for document in self._documents:
            if document.get("kind") != "SLO":
                continue
            try:
                yield from self._objectives(document)
            except _Fault as fault:
                self.faults.append(f"{_name(document) or 'SLO'}: {fault}")

    def _objectives(self, document: Document) -> Iterator[Target]:
        if document.get("apiVersion") != "openslo/v1":
            raise _Fault(f"apiVersion {document.get('apiVersion')!r} is not openslo/v1")
        name, spec = _name(document), _part(document, "spec")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
            raise _Fault("metadata.name is a name of letters, digits, dots and dashes")
        objectives = spec.get("objectives") or []
        if not objectives:
            raise _Fault("it has no objectives")
        for number, objective in enumerate(objectives, start=1):
            own = name if len(objectives) == 1 else f"{name}.{number}"
            yield self._target(own, document, spec, objective)

    def _target(self, name: str, document: Document, spec: Document, objective: Document) -> Target:
        method = _one_of(Method, spec.get("budgetingMethod", "Occurrences"), "budgetingMethod")
        title = objective.get("displayName") or _part(document, "metadata").get("displayName")
        return Target(
            name=name,
            service=str(spec.get("service") or ""),
            title=str(title or name),
            objective=_objective(objective),
            indicator=self._indicator(spec, objective),
            window=_window(spec),
            method=method,
            slice=_span(objective.get("timeSliceWindow", "1m")),
            slice_target=_slice_target(method, objective),
            burn_rules=self._burn_rules(spec),
        )

    def _indicator(self, spec: Document, objective: Document) -> Ratio | Threshold:
        found = spec.get("indicator")
        if found is None and spec.get("indicatorRef"):
            found = self._referred("SLI", str(spec["indicatorRef"]))
        if not isinstance(found, dict):
            raise _Fault("it has neither indicator nor indicatorRef")
        inner = _part(found, "spec")
        if "ratioMetric" in inner:
            return self._ratio(inner["ratioMetric"])
        if "thresholdMetric" in inner:
            return self._threshold(inner["thresholdMetric"], objective)
        raise _Fault("its indicator has neither ratioMetric nor thresholdMetric")

    def _ratio(self, metric: Document) -> Ratio:
        if "total" not in metric or ("good" in metric) == ("bad" in metric):
            raise _Fault("ratioMetric is read from total, and good or bad")
        of_bad = "bad" in metric
        kind = SeriesKind.COUNTER if metric.get("counter", True) else SeriesKind.RATE
        part = self._selector(metric["bad" if of_bad else "good"], kind)
        return Ratio(part=part, total=self._selector(metric["total"], kind), of_bad=of_bad)

    def _threshold(self, metric: Document, objective: Document) -> Threshold:
        value = objective.get("value")
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise _Fault("an objective of a thresholdMetric has a value")
        return Threshold(
            metric=self._selector(metric, SeriesKind.GAUGE),
            comparison=_one_of(Comparison, objective.get("op"), "op"),
            value=float(value),
        )

    def _selector(self, metric: Document, kind: SeriesKind) -> Selector:
        source = _part(metric, "metricSource")
        name = str(source.get("metricSourceRef") or "")
        inner = _part(source, "spec")
        query = inner.get("query") or inner.get("promql")
        if not isinstance(query, str):
            raise _Fault("a metricSource has a spec with its query")
        if name in self._prometheus:
            return self._asked(name, query, kind)
        found = selectors.read(query, name)
        if isinstance(found, Refusal):
            raise _Fault(str(found))
        return found

    def _asked(self, source: str, query: str, kind: SeriesKind) -> Selector:
        """The server's answer is kept as a series that bears the query's own text as its name."""
        made = Asked(source=source, name=query, query=Query(expression=query, kind=kind))
        self.asked[source, query] = made
        return Selector(name=query, source=source)

    def _referred(self, kind: str, name: str) -> Document:
        for document in self._documents:
            if document.get("kind") == kind and _name(document) == name:
                return document
        raise _Fault(f"there is no {kind} {name!r} in this text")

    def _burn_rules(self, spec: Document) -> tuple[BurnRule, ...]:
        """Those of its alert policies; without any of the kind burnrate, the workbook's three."""
        found = [
            _burn_rule(_part(condition, "spec"))
            for policy in spec.get("alertPolicies") or []
            for condition in self._conditions(policy)
        ]
        rules = tuple(one for one in found if one is not None)
        return rules or BURN_RULES

    def _conditions(self, policy: Document) -> Iterator[Document]:
        if "alertPolicyRef" in policy:
            policy = self._referred("AlertPolicy", str(policy["alertPolicyRef"]))
        for condition in _part(policy, "spec").get("conditions") or []:
            if "conditionRef" in condition:
                condition = self._referred("AlertCondition", str(condition["conditionRef"]))
            yield condition


def _burn_rule(spec: Document) -> BurnRule | None:
    condition = _part(spec, "condition")
    if condition.get("kind") != "burnrate":
        return None
    long = _span(condition.get("lookbackWindow", "1h"))
    short = _span(condition["alertAfter"]) if condition.get("alertAfter") else long / 12
    severity = Severity.PAGE if spec.get("severity", "page") == "page" else Severity.TICKET
    threshold = condition.get("threshold")
    if not isinstance(threshold, int | float) or threshold <= 0:
        raise _Fault("a burnrate condition has a threshold above 0")
    return BurnRule(factor=float(threshold), long=long, short=short, severity=severity)


def _objective(objective: Document) -> float:
    percent = objective.get("targetPercent")
    found = objective.get("target") if percent is None else percent / 100
    if not isinstance(found, int | float) or not 0 < found <= 1:
        raise _Fault("an objective has a target above 0 and up to 1, or a targetPercent")
    return float(found)


def _slice_target(method: Method, objective: Document) -> float:
    found = objective.get("timeSliceTarget")
    if method is Method.TIMESLICES and not isinstance(found, int | float):
        raise _Fault("an objective counted in time slices has a timeSliceTarget")
    return float(found) if isinstance(found, int | float) else 0.0


def _window(spec: Document) -> Window:
    windows = spec.get("timeWindow") or []
    if len(windows) != 1:
        raise _Fault("timeWindow has one entry")
    found = re.fullmatch(r"([1-9]\d{0,3})([mhdwMQY])", str(windows[0].get("duration")))
    if found is None:
        raise _Fault("a timeWindow's duration is such as 28d, 4w or 1M")
    unit = WindowUnit(found[2])
    if windows[0].get("isRolling", True):
        return Window(count=int(found[1]), unit=unit)
    return Window(count=int(found[1]), unit=unit, starts_at=_calendar(windows[0]))


def _calendar(window: Document) -> datetime:
    calendar = _part(window, "calendar")
    try:
        zone = ZoneInfo(str(calendar.get("timeZone") or "UTC"))
        found = calendar.get("startTime")
        moment = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
    except (ValueError, ZoneInfoNotFoundError):
        raise _Fault(
            "a calendar has a startTime such as 2026-01-01 00:00:00, and a timeZone"
        ) from None
    return moment.replace(tzinfo=zone).astimezone(UTC)


def _span(text: object) -> timedelta:
    found = re.fullmatch(r"([1-9]\d{0,4})([mhdw])", str(text))
    if found is None:
        raise _Fault(f"{text!r} is no duration such as 5m, 1h or 3d")
    return timedelta(**{_SPANS[found[2]]: int(found[1])})


def _one_of(kind: Any, value: object, place: str) -> Any:  # noqa: ANN401 - an enum, and its member
    try:
        return kind(value)
    except ValueError:
        raise _Fault(f"{place} {value!r} is none of {', '.join(kind)}") from None


def _part(document: object, name: str) -> Document:
    found = document.get(name) if isinstance(document, Mapping) else None
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise _Fault(f"{name} is an object")
    return found


def _name(document: Document) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("name") or "") if isinstance(metadata, Mapping) else ""
