"""The entry point: reads the settings, finds the installation only when a command needs it."""

import sys

from headrace.app.commands import commands
from headrace.app.installation import Installation
from headrace.kernel.access import Call, Credentials
from headrace.kernel.json import Json
from headrace.settings import Settings
from headrace.surfaces.cli.main import main as command_line


def main() -> int:
    """Run one command; its exit code."""
    settings = Settings()
    installation = Installation(settings)

    def perform(call: Call) -> Json:
        return installation.reception.perform(call)

    token = settings.token.get_secret_value() if settings.token else None
    return command_line(
        sys.argv[1:],
        house=installation.house,
        perform=perform,
        extras=commands(settings),
        defaults=Credentials(
            token=token, organisation=settings.organisation or None, trusted=token is None
        ),
    )
