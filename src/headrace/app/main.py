"""The entry point: reads the settings, finds the installation only when a command needs it."""

import gc
import sys
from collections.abc import Mapping

from headrace.app.commands import COMMANDS, installation
from headrace.app.nouns import NOUNS
from headrace.kernel.errors import HeadraceError
from headrace.surfaces.cli.main import failed, in_order, run
from headrace.surfaces.cli.main import main as command_line
from headrace.surfaces.cli.outline import outline, suffices


def main() -> int:
    """Run one command; its exit code."""
    words = in_order(sys.argv[1:])
    if suffices(words, COMMANDS):
        return run(outline(NOUNS, COMMANDS), words)
    try:
        return _of_the_house(words)
    except HeadraceError as fault:  # before there was a command line that could tell it
        return failed(fault, words)


def _of_the_house(words: list[str]) -> int:
    """Run an operation. Imported here is what `headrace --help` does without."""
    gc.disable()  # what is imported stays: looking for garbage in it takes a tenth of the start
    from headrace.kernel.access import Call, Credentials
    from headrace.kernel.json import Json

    here = installation()
    house, settings = here.house, here.settings
    gc.freeze()
    gc.enable()

    def perform(call: Call) -> Json:
        return here.reception.perform(call)

    def names(credentials: Credentials) -> Mapping[str, str]:
        return here.entrance.names(credentials)

    token = settings.token.get_secret_value() if settings.token else None
    return command_line(
        words,
        house=house,
        perform=perform,
        extras=COMMANDS,
        defaults=Credentials(
            token=token, organisation=settings.organisation or None, trusted=token is None
        ),
        names=names,
    )
