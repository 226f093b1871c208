"""Every word of the pages has a Korean one, and nothing else stands in the catalogue."""

from importlib.resources import files
from string import Formatter

from babel.messages.extract import extract_from_dir

from headrace.surfaces.web.language import catalog, preferred

WEB = files("headrace.surfaces.web")


def words() -> set[str]:
    """What templates and code say to readers."""
    found = set()
    options = {"**.html": {"newstyle_gettext": "true"}}
    spoken = {"_": None, "ngettext": (1, 2)}
    templates = extract_from_dir(
        str(WEB / "templates"), [("**.html", "jinja2")], options, keywords=spoken
    )
    code = extract_from_dir(str(WEB), [("**.py", "python")], keywords={"said": None})
    for _file, _line, message, _comments, _context in (*templates, *code):
        found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_word_is_said_in_korean_and_no_translation_is_left_over():
    assert set(catalog("ko")) == words()


def test_a_translation_holds_the_same_values_as_its_english():
    odd = {
        english: korean
        for english, korean in catalog("ko").items()
        if _values(english) != _values(korean)
    }

    assert not odd


def _values(text: str) -> list[str]:
    named = sorted(part.partition(")")[0] for part in text.split("%(")[1:])
    return named or [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def test_korean_is_written_in_korean():
    same = {"JSON"}
    english_only = [one for one in catalog("ko").values() if one.isascii() and one not in same]

    assert not english_only


def test_the_language_chosen_goes_before_what_the_browser_accepts():
    assert preferred("en", "ko-KR,ko;q=0.9") == "en"
    assert preferred("", "fr-FR, ko;q=0.8, en;q=0.5") == "ko"
    assert preferred("xx", "fr") == "en"
