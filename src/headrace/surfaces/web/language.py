"""Languages: what the pages' own words are called in each; what people wrote stays as they wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.pofile import read_po


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language that the pages can be read in. `own_name` is what its readers call it."""

    code: str
    own_name: str
    short: str


ENGLISH = Language(code="en", own_name="English", short="EN")
KOREAN = Language(code="ko", own_name="한국어", short="한")
LANGUAGES = (ENGLISH, KOREAN)


def said(words: str) -> str:
    """Marks words that a page translates when it shows them; they stay English here."""
    return words


def catalog(code: str) -> Mapping[str, str]:
    """The translations of the pages' own words into a language, by their English; empty for English."""
    return {} if code == ENGLISH.code else _read(f"{code}.po")


def summaries(code: str) -> Mapping[str, str]:
    """The translations of what operations do, by their English; empty for English."""
    return {} if code == ENGLISH.code else _read(f"{code}.operations.po")


@cache
def _read(file: str) -> Mapping[str, str]:
    text = files("headrace.surfaces.web").joinpath(f"languages/{file}").read_bytes()
    return {
        str(one.id if isinstance(one.id, str) else one.id[0]): str(
            one.string if isinstance(one.string, str) else one.string[0]
        )
        for one in read_po(BytesIO(text))
        if one.id and one.string
    }


@dataclass(frozen=True)
class Speaker:
    """Says the pages' words in one language; what has no translation is said in English."""

    code: str

    def say(self, words: str) -> str:
        return catalog(self.code).get(words, words)

    def summary(self, words: str) -> str:
        """What an operation does."""
        return summaries(self.code).get(words, words)

    def count(self, one: str, many: str, number: int) -> str:
        """One form for one, the other for more; Korean has a single form, kept under the first."""
        if self.code == ENGLISH.code:
            return one if number == 1 else many
        return self.say(one)


def preferred(cookie: str, accepted: str) -> str:
    """The language chosen, else the first that the browser accepts and the pages speak."""
    known = {one.code for one in LANGUAGES}
    if cookie in known:
        return cookie
    wanted = (part.partition(";")[0].strip().lower()[:2] for part in accepted.split(","))
    return next((code for code in wanted if code in known), ENGLISH.code)
