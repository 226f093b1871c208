"""Every word of the pages has a Korean one, and nothing else stands in the catalogue."""

from importlib.resources import files
from string import Formatter

from babel.messages.extract import extract_from_dir

from headrace.kernel.capability import OperationKind
from headrace.kernel.form import input_fields
from headrace.surfaces.web.language import catalog, preferred, summaries
from headrace.surfaces.web.wording import spoken

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


def test_what_every_operation_does_is_said_in_korean_and_no_other_sentence_stands_there(house):
    said = {
        one.summary
        for one in house.operations.values()
        if one.kind in {OperationKind.QUERY, OperationKind.COMMAND}
    }

    assert set(summaries("ko")) == said
    assert not [korean for korean in summaries("ko").values() if korean.isascii()]


def test_the_palette_finds_and_tells_operations_in_the_reader_s_language(firm, browser):
    firm.company.adds("reader", "mission:read")
    browser.becomes("reader")
    browser.cookies.set("headrace_language", "ko")

    found = browser.get("/palette.json?q=미션을 오래된").json()["items"]
    listed = browser.sees("/search?q=미션을 오래된")

    assert [one["word"] for one in found] == ["mission.list"]
    assert "mission.list" in listed


def test_every_field_choice_and_unit_of_a_form_is_called_something_in_korean(house):
    fields = [field for one in house.operations.values() for field in input_fields(one)]
    words = {one.title for one in fields} | {one.unit for one in fields} - {"", "%"}
    choices = {spoken(choice) for one in fields for choice in one.choices or ()}

    assert not (words | choices) - set(catalog("ko"))
