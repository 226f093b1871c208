"""Where the files of exports are: a folder for each, holding the parts until they are joined."""

import shutil
from pathlib import Path

from service import Service
from storage import StorageUnavailable


def folder_of(service: Service, export_id: str) -> Path:
    """The folder of one export."""
    return service.storage.place("exports", export_id)


def fresh_parts(service: Service, export_id: str) -> Path:
    """An empty folder for parts; what a former attempt left behind is removed."""
    folder = folder_of(service, export_id)
    shutil.rmtree(folder, ignore_errors=True)
    parts = folder / "parts"
    parts.mkdir(parents=True)
    return parts


def remove(service: Service, export_id: str) -> None:
    """Remove everything of this export. Nothing there is fine."""
    shutil.rmtree(folder_of(service, export_id), ignore_errors=True)


def can_be_written(service: Service) -> bool:
    """Health probe: whether exports could put their files where they belong."""
    try:
        service.storage.require()
    except StorageUnavailable:
        return False
    return True
