"""Tries the service for one customer who rehearses: are exports there, does everything answer?

python checks/reached.py probe ADDRESS DATA     prints on, or off
python checks/reached.py smoke ADDRESS DATA     exit code 0 when everything answers
"""

import json
import secrets
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from auth import store
from auth.model import Principal
from database import Database

CUSTOMER = "rehearsal"
BULK = "/api/v2/export/bulk"
PLACES = ("/healthz", "/metrics", "/api/v2/datasets")
CLOSED = "not available"


def token(data: Path) -> str:
    """The token of the customer who rehearses; made once, kept beside the service's data."""
    kept = data / "rehearsal.token"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(f"rec_{secrets.token_urlsafe(32)}")
    found = kept.read_text()
    with Database(data / "records.sqlite").write() as connection:
        store.add_tenant(connection, CUSTOMER, CUSTOMER)
        store.add_token(connection, found, Principal(tenant_id=CUSTOMER, user_id=CUSTOMER))
    return found


def asked(
    address: str, path: str, bearer: str, body: dict[str, str] | None = None
) -> tuple[int, str]:
    """What the service answers: status and text."""
    request = Request(
        address + path,
        data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def probe(address: str, bearer: str) -> int:
    """Ask for an export of a dataset that is not there: only whoever is reached is told that."""
    body = {"datasetId": "none-of-this-name", "format": "csv"}
    _, text = asked(address, BULK, bearer, body)
    sys.stdout.write("off\n" if CLOSED in text else "on\n")
    return 0


def smoke(address: str, bearer: str) -> int:
    """Everything that customers use answers."""
    found = {path: asked(address, path, bearer)[0] for path in PLACES}
    status, text = asked(address, BULK, bearer, {"datasetId": "none-of-this-name", "format": "csv"})
    found[BULK] = status
    sys.stdout.write(f"{json.dumps(found)}\n")
    reached = status == 404 and CLOSED not in text
    return 0 if reached and all(found[path] == 200 for path in PLACES) else 1


if __name__ == "__main__":
    does = {"probe": probe, "smoke": smoke}[sys.argv[1]]
    sys.exit(does(sys.argv[2], token(Path(sys.argv[3]))))
