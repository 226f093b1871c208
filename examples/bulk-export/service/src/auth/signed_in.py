"""The dependency that every route of the API takes."""

from typing import Annotated

from fastapi import Depends, Request

from auth.model import Principal
from service import Service, service_of


def signed_in(request: Request, service: Annotated[Service, Depends(service_of)]) -> Principal:
    """The caller, or `NotSignedIn`."""
    return service.authenticator.principal(request)


SignedIn = Annotated[Principal, Depends(signed_in)]
"""The caller; the request is refused when nobody is signed in."""

TheService = Annotated[Service, Depends(service_of)]
"""The running service."""
