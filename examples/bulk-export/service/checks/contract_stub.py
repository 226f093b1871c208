"""Stands in for routes that are documented but not in this tree yet.

A page may be written from an approved contract before the code is merged. Such routes answer
with the examples of the page's `openapi.json`, behind the service's own authentication. As soon as
the service has the route itself, the stub steps aside.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from auth.signed_in import signed_in
from features import Feature

PARAMETER = re.compile(r"\{[^}]*\}")


def stubs(docs: Path, features: Sequence[Feature]) -> tuple[Feature, ...]:
    """One feature with a route for each documented operation that no feature has, or none."""
    known = {
        (method, _shape(route.path))
        for feature in features
        if feature.router
        for route in feature.router.routes
        for method in route.methods
    }
    router = APIRouter()
    for method, path, operation in _documented(docs):
        if (method, _shape(path)) not in known:
            _add(router, method, path, operation)
    if not router.routes:
        return ()
    return (Feature(name="contract-stub", router=router),)


def _documented(docs: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for document in sorted(docs.rglob("openapi.json")):
        for path, operations in json.loads(document.read_text())["paths"].items():
            for method, operation in operations.items():
                yield method.upper(), path, operation


def _add(router: APIRouter, method: str, path: str, operation: dict[str, Any]) -> None:
    status, description = next(
        (int(code), answer) for code, answer in operation["responses"].items() if code[0] == "2"
    )

    def answer(request: Request) -> Response:
        for media_type, content in description.get("content", {}).items():
            if media_type == "application/json":
                return JSONResponse(content["example"], status_code=status)
            return Response(content["example"], status_code=status, media_type=media_type)
        return Response(status_code=status)

    guards = [] if operation.get("security") == [] else [Depends(signed_in)]
    router.add_api_route(path, answer, methods=[method], dependencies=guards)


def _shape(path: str) -> str:
    return PARAMETER.sub("{}", path)
