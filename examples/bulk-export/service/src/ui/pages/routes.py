"""Routes of the pages. A page shows; what it does, it does through the API."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from auth.authenticator import SESSION_COOKIE
from auth.model import Principal
from auth.signed_in import TheService
from data import store
from problems import NotFound, NotSignedIn
from ui.render import render

router = APIRouter(prefix="/ui", include_in_schema=False)
RECORDS_SHOWN = 20


def _visitor(request: Request, service: TheService) -> Principal | None:
    try:
        return service.authenticator.principal(request)
    except NotSignedIn:
        return None


Visitor = Annotated[Principal | None, Depends(_visitor)]
SIGN_IN = "/ui/sign-in"


@router.get("/sign-in")
def sign_in_page() -> HTMLResponse:
    """Ask for a token."""
    return HTMLResponse(render("sign_in.html", title="Sign in", refused=False))


@router.post("/sign-in")
async def sign_in(request: Request, service: TheService) -> Response:
    """Keep the token in a cookie that scripts cannot read and other sites cannot send."""
    token = parse_qs((await request.body()).decode()).get("token", [""])[0]
    if service.authenticator.of_token(token) is None:
        page = render("sign_in.html", title="Sign in", refused=True)
        return HTMLResponse(page, status_code=401)
    answer = RedirectResponse("/ui/datasets", status_code=303)
    secure = request.url.scheme == "https"
    answer.set_cookie(SESSION_COOKIE, token, httponly=True, samesite="strict", secure=secure)
    return answer


@router.get("/datasets")
def datasets_page(service: TheService, visitor: Visitor) -> Response:
    """The caller's datasets."""
    if visitor is None:
        return RedirectResponse(SIGN_IN, status_code=303)
    with service.database.read() as connection:
        datasets = store.datasets(connection, visitor.tenant_id)
    return HTMLResponse(render("datasets.html", title="Datasets", datasets=datasets))


@router.get("/datasets/{dataset_id}")
def dataset_page(dataset_id: str, service: TheService, visitor: Visitor) -> Response:
    """One dataset with its first records and whatever features offer to do with it."""
    if visitor is None:
        return RedirectResponse(SIGN_IN, status_code=303)
    with service.database.read() as connection:
        dataset = store.dataset(connection, visitor.tenant_id, dataset_id)
        if dataset is None:
            raise NotFound(f"There is no dataset {dataset_id!r}.")
        page = store.page(connection, dataset_id, after=0, limit=RECORDS_SHOWN)
    columns = [column.name for column in dataset.columns]
    html = render(
        "dataset.html",
        title=dataset.name,
        dataset=dataset,
        columns=columns,
        rows=[[record.values.get(name) for name in columns] for record in page],
        actions=service.slot("dataset.actions", principal=visitor, values={"dataset": dataset}),
    )
    return HTMLResponse(html)
