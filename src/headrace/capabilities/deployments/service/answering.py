"""Whether a service can take requests now. Asks the service itself, so it belongs into no unit of work."""

from pathlib import Path

from headrace.capabilities.deployments.model import ADDRESS, Deployment
from headrace.capabilities.deployments.tools.probing import is_healthy


def answers(folder: Path, deployment: Deployment) -> bool:
    """Whether a service passes its health check, wherever it answers at this moment.

    `folder` is that of the organisation's deployments: a process that was started after the row was
    read has its address there. A service whose host has not read its manifest yet does not answer.
    """
    if deployment.spec is None:
        return False
    path, newest = deployment.spec.health, _newest(folder / deployment.service / ADDRESS)
    return any(is_healthy(f"{one}{path}") for one in {newest, deployment.address} if one)


def _newest(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
