"""Whatever authors, tools and models write is shown as text, on every page that is declared."""

from dataclasses import replace

import pytest

from headrace.surfaces.web import assets
from headrace.surfaces.web.language import LANGUAGES
from headrace.surfaces.web.navigation import Menu, Place
from headrace.surfaces.web.pages import PAGES
from headrace.surfaces.web.rendering import ErrorPage, Frame, render
from headrace.surfaces.web.toasts import Toast
from surfaces.web.hostile import ATTACKS, Maker, compared, faults

BRANCHES = max(len(words) for words in compared().values()) + 1
"""One more than the most words a field is compared with: in the last, every text is the attack."""


def a_frame(attack: str) -> Frame:
    return replace(
        Maker(attack, BRANCHES, absent=False).value(Frame),
        assets=assets.load(),
        languages=LANGUAGES,
        language="en",
        theme="dark",
        toast=Toast(
            words="%(item)s is done", item=attack, undo="/do/flag.kill", fields={"flag": attack}
        ),
        places=(Place(key="inbox", address="/", menu=Menu(word="Inbox", letter="i", mark="◆")),),
    )


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    ("template", "context"),
    [(page.template, page.context) for page in PAGES] + [("error.html", ErrorPage)],
    ids=[page.path for page in PAGES] + ["an error"],
)
def test_a_page_shows_an_attack_as_text(template, context, attack):
    frame, found = a_frame(attack), []
    for branch in range(BRANCHES):
        for absent in (False, True) if branch in {0, BRANCHES - 1} else (False,):
            made = Maker(attack, branch, absent=absent).value(context)
            found += faults(render(template, made, frame))

    assert not found


def test_a_judge_of_pages_sees_an_attack():
    """The proof that the test above can fail."""
    for attack in ATTACKS[:3]:
        assert faults(f"<p class='{attack}'>{attack}</p>"), attack
    assert faults('<a href=" java\nscript:alert(1)">x</a>')
    assert not faults('<script defer src="/static/console.js?v=1"></script>')
