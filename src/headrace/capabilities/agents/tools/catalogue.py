"""Every tool there is, and those that a card and a task let a run use."""

from collections.abc import Mapping

from pydantic import JsonValue

from headrace.capabilities.agents.cards import RoleCard
from headrace.capabilities.agents.tools import telling
from headrace.capabilities.agents.tools.asking import ASKING
from headrace.capabilities.agents.tools.checking import CHECKING
from headrace.capabilities.agents.tools.reading import READING
from headrace.capabilities.agents.tools.tool import Tool
from headrace.capabilities.agents.tools.writing import WRITING

TOOLS: tuple[Tool, ...] = (
    *READING,
    *WRITING,
    *CHECKING,
    *ASKING,
    telling.SIGNAL,
    telling.QUESTION,
)
"""In the order in which a brain reads of them; `submit` comes last and is every run's own."""


def tools_for(
    card: RoleCard, *, in_workspace: bool, result: Mapping[str, JsonValue]
) -> dict[str, Tool]:
    """The tools of one run by name: those on the card that fit its task, and `submit`."""
    granted = [
        tool
        for tool in TOOLS
        if tool.name in card.tools and (in_workspace or not tool.in_workspace)
    ]
    handing_in = telling.submit(result)
    return {tool.name: tool for tool in (*granted, handing_in)}
