"""Settings as they are told to an operator: what each is, and where that comes from. Never a secret."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from headrace.capabilities.control.model import SettingLine, SettingLines
from headrace.settings import Settings

PREFIX = "HEADRACE_"


def told(settings: Settings, *, home: Path, from_home: Mapping[str, Path]) -> SettingLines:
    """Every setting in its written order; `from_home` are those that a file of the home decides."""
    return SettingLines(items=tuple(_line(settings, name, home, from_home) for name in _names()))


def _names() -> tuple[str, ...]:
    return tuple(Settings.model_fields)


def _line(settings: Settings, name: str, home: Path, from_home: Mapping[str, Path]) -> SettingLine:
    value = home if name == "home" else getattr(settings, name)
    is_set = name in settings.model_fields_set
    if not is_set and name in from_home:
        value, source = from_home[name], "home"
    else:
        source = "environment" if is_set else "default"
    return SettingLine(
        name=f"{PREFIX}{name.upper()}",
        value=_text(value),
        source=source,
        is_secret=_is_secret(name),
        meaning=Settings.model_fields[name].description or "",
    )


def _is_secret(name: str) -> bool:
    return "SecretStr" in repr(Settings.model_fields[name].annotation)


def _text(value: object) -> str:
    """As it would be written; of secrets only that they are there, and what they are for."""
    if isinstance(value, SecretStr):
        return "set"
    if isinstance(value, Mapping):
        return ", ".join(sorted(value))
    return "" if value is None else str(value)
