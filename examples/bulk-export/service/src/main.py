"""The command line: serve, add a customer with a token, generate a dataset, load many customers."""

import argparse
import json
import secrets
import socket
import sys
from pathlib import Path

import uvicorn

from app import build_service, create_app
from auth import store as auth_store
from auth.model import Principal
from data.generator import generate
from loading import load
from settings import from_environment
from telemetry import log_to_stdout


def main(arguments: list[str] | None = None) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="records", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer requests until stopped")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    token = commands.add_parser("token", help="add a customer and print a token for a user")
    token.add_argument("tenant")
    token.add_argument("user")
    data = commands.add_parser("generate", help="add a dataset of generated records")
    data.add_argument("tenant")
    data.add_argument("dataset")
    data.add_argument("--records", type=int, default=10_000)
    data.add_argument("--columns", type=int, default=24)
    customers = commands.add_parser("load", help="add customers with users and datasets")
    customers.add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    does = {"serve": _serve, "token": _token, "generate": _generate, "load": _load}
    does[chosen.command](chosen)


def _serve(chosen: argparse.Namespace) -> None:
    log_to_stdout()
    application = create_app(build_service(from_environment()))
    listener = socket.create_server((chosen.host, chosen.port))
    # Head and body of an answer are two packets; the second is not to wait for the first's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # The first line that whoever started us waits for: where we listen.
    port = listener.getsockname()[1]
    print(json.dumps({"listening": f"http://{chosen.host}:{port}"}), flush=True)
    config = uvicorn.Config(application, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


def _token(chosen: argparse.Namespace) -> None:
    service = build_service(from_environment())
    token = f"rec_{secrets.token_urlsafe(32)}"
    with service.database.write() as connection:
        auth_store.add_tenant(connection, chosen.tenant, chosen.tenant)
        principal = Principal(tenant_id=chosen.tenant, user_id=chosen.user)
        auth_store.add_token(connection, token, principal)
    sys.stdout.write(f"{token}\n")


def _generate(chosen: argparse.Namespace) -> None:
    service = build_service(from_environment())
    with service.database.write() as connection:
        generate(
            connection,
            tenant_id=chosen.tenant,
            dataset_id=chosen.dataset,
            name=chosen.dataset,
            record_count=chosen.records,
            column_count=chosen.columns,
        )
    sys.stdout.write(f"{chosen.records} records in {chosen.dataset}\n")


def _load(chosen: argparse.Namespace) -> None:
    service = build_service(from_environment())
    loaded = load(service.database, chosen.file)
    sys.stdout.write(f"{json.dumps(vars(loaded))}\n")


if __name__ == "__main__":
    main()
