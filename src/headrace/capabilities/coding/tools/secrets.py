"""Secrets written in text, found by their known forms; a secret that is found is repeated nowhere."""

from collections.abc import Iterator
from functools import cache

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
from detect_secrets.plugins.base import BasePlugin
from detect_secrets.plugins.basic_auth import BasicAuthDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.gitlab_token import GitLabTokenDetector
from detect_secrets.plugins.jwt import JwtTokenDetector
from detect_secrets.plugins.keyword import KeywordDetector
from detect_secrets.plugins.npm import NpmDetector
from detect_secrets.plugins.openai import OpenAIDetector
from detect_secrets.plugins.private_key import PrivateKeyDetector
from detect_secrets.plugins.pypi_token import PypiTokenDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.stripe import StripeDetector

_PLACEHOLDER = ("example", "changeme", "placeholder", "your", "xxx", "…", "...", "{", "$", "<")
_GUESSED = "Secret Keyword"


@cache
def _detectors() -> tuple[BasePlugin, ...]:
    # Not those that guess by entropy: on code and prose they say hundreds of things that are none.
    return (
        AWSKeyDetector(),
        AzureStorageKeyDetector(),
        BasicAuthDetector(),
        GitHubTokenDetector(),
        GitLabTokenDetector(),
        JwtTokenDetector(),
        KeywordDetector(),
        NpmDetector(),
        OpenAIDetector(),
        PrivateKeyDetector(),
        PypiTokenDetector(),
        SlackDetector(),
        StripeDetector(),
    )


def secrets_in(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Line and kind of every secret in a text; the secret itself is not given."""
    for number, line in enumerate(text.splitlines(), start=1):
        kinds = sorted({kind for kind in _kinds(path, line, number)})
        if kinds:
            yield number, ", ".join(kinds)


def _kinds(path: str, line: str, number: int) -> Iterator[str]:
    for detector in _detectors():
        for found in detector.analyze_line(filename=path, line=line, line_number=number):
            value = (found.secret_value or "").lower()
            if found.type != _GUESSED or _is_written_out(value, line):
                yield found.type


def _is_written_out(value: str, line: str) -> bool:
    """Whether what stands after a word like `password` is a value, and no name or placeholder for one."""
    quoted = any(f"{mark}{value}{mark}" in line.lower() for mark in "\"'`")
    telling = any(letter.isdigit() for letter in value) and len(value) >= 8
    return quoted and telling and not any(word in value for word in _PLACEHOLDER)
