"""Telemetry that code emits: metrics, log lines, health probes; and what must never be in them."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headrace.capabilities.coding.rules.python import Module, calls, dotted, text_of

_METRIC = re.compile(
    r"(^|[._])(counter|gauge|histogram|summary|up_down_counter)$|create_(counter|gauge|histogram)",
    re.IGNORECASE,
)
_SPAN = re.compile(r"start_(as_current_)?span$|(^|\.)(traced|span)$")
_LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_UNBOUND_LABEL = re.compile(
    r"(^|_)(id|uuid|email|e_mail|user|user_name|username|path|url|address|ip|token|name_of_customer)$"
)
_SECRET = re.compile(r"(^|_)(password|passwd|secret|token|api_?key|authorization|cookie)$", re.I)


@dataclass(frozen=True, kw_only=True)
class Emitted:
    """Something that code emits. `name` is empty where it cannot be read from the text."""

    kind: str  # "metric", "span", "log"
    name: str
    path: str
    line: int
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Leak:
    """Telemetry that grows for ever, is personal, or tells a secret."""

    path: str
    line: int
    what: str
    remedy: str


def emitted(read: Sequence[Module]) -> tuple[Emitted, ...]:
    """Every metric, span and log line of these files."""
    return tuple(one for module in read for call in calls(module.tree) for one in _of(module, call))


def _of(module: Module, call: ast.Call) -> Iterator[Emitted]:
    name = dotted(call.func)
    last = name.rpartition(".")[2]
    first = text_of(call.args[0], module.constants) if call.args else None
    if _METRIC.search(name) and first:
        labels = tuple(_labels(call, module.constants))
        yield Emitted(kind="metric", name=first, path=module.path, line=call.lineno, labels=labels)
    elif _SPAN.search(name):
        yield Emitted(kind="span", name=first or "", path=module.path, line=call.lineno)
    elif last in _LEVELS and _is_logger(name):
        yield Emitted(kind="log", name=first or "", path=module.path, line=call.lineno)


def _is_logger(name: str) -> bool:
    owner = name.rpartition(".")[0].lower()
    return owner.rpartition(".")[2].lstrip("_") in ("log", "logger", "logging", "structlog")


def _labels(call: ast.Call, constants: Mapping[str, str]) -> Iterator[str]:
    """The texts in lists among the arguments: the names of labels, in every library's form."""
    for value in [*call.args[1:], *(k.value for k in call.keywords)]:
        for item in value.elts if isinstance(value, ast.Tuple | ast.List) else ():
            text = text_of(item, constants)
            if text:
                yield text


def leaks(read: Sequence[Module]) -> tuple[Leak, ...]:
    """Every label without a bound and every secret in a log line, by path and line."""
    found = [leak for module in read for leak in (*_of_labels(module), *_of_logs(module))]
    return tuple(sorted(found, key=lambda leak: (leak.path, leak.line)))


def _of_labels(module: Module) -> Iterator[Leak]:
    for one in emitted([module]):
        for label in one.labels:
            if one.kind == "metric" and _UNBOUND_LABEL.search(label):
                yield Leak(
                    path=one.path,
                    line=one.line,
                    what=f"The label {label!r} of {one.name} has no bound on its values",
                    remedy="Label with a class of few values; put the single value into the log.",
                )


def _of_logs(module: Module) -> Iterator[Leak]:
    for call in calls(module.tree):
        name = dotted(call.func)
        if name.rpartition(".")[2] in _LEVELS and _is_logger(name):
            told = {n for value in _given(call) for n in _names(value) if _SECRET.search(n)}
            for secret in sorted(told):
                yield Leak(
                    path=module.path,
                    line=call.lineno,
                    what=f"A log line tells {secret!r}",
                    remedy="Leave it out, or log a digest of it.",
                )


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(k.value for k in call.keywords)]


def _names(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def prints(read: Sequence[Module]) -> tuple[tuple[str, int], ...]:
    """Where code prints instead of logging, in files that also serve."""
    return tuple(
        (module.path, call.lineno)
        for module in read
        for call in calls(module.tree)
        if dotted(call.func) == "print"
    )
