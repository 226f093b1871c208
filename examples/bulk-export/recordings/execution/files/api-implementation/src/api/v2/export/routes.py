"""Routes of the bulk export."""

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from api.v2.export.schemas import BULK, ExportIn, ExportOut, ExportStarted, shown, started
from auth.signed_in import SignedIn, TheService
from services.export import service as exports

router = APIRouter(prefix=BULK, tags=["export"])


@router.post("", status_code=202)
def start_export(body: ExportIn, service: TheService, principal: SignedIn) -> ExportStarted:
    """Queue an export of a dataset. At most 5 of an organisation run at a time."""
    return started(exports.start(service, principal, body.as_request()))


@router.get("/{export_id}")
def show_export(export_id: str, service: TheService, principal: SignedIn) -> ExportOut:
    """How the export stands, with a link to its file for 15 minutes when it is completed."""
    export = exports.show(service, principal, export_id)
    return shown(export, exports.link(service, export))


@router.delete("/{export_id}", status_code=204)
def cancel_export(export_id: str, service: TheService, principal: SignedIn) -> Response:
    """Cancel an export that has not ended; its partial files are removed."""
    exports.cancel(service, principal, export_id)
    return Response(status_code=204)


@router.get("/{export_id}/download", response_class=FileResponse)
def download_export(
    export_id: str, expires: int, token: str, signature: str, service: TheService
) -> FileResponse:
    """The file. The link's signature is the permission, so no token is asked for."""
    found = exports.download(service, export_id, expires=expires, token=token, signature=signature)
    return FileResponse(found.path, media_type=found.media_type, filename=found.path.name)
