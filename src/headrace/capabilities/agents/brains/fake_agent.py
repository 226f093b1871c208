"""A command line agent for contract tests: it does what the lines of its prompt say, and nothing else.

Run as `python -m headrace.capabilities.agents.brains.fake_agent PROMPT_FILE MESSAGE_FILE`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def main(prompt_file: str, message_file: str) -> None:
    """Do every line of the prompt in turn; lines that are no action are passed over."""
    for line in Path(prompt_file).read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word == "message":
            Path(message_file).write_text(rest, encoding="utf-8")
        elif word in ACTIONS:
            ACTIONS[word](rest)


def write(rest: str) -> None:
    """Write a file: its path, a space, its one line."""
    path, _, content = rest.partition(" ")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(content + "\n", encoding="utf-8")


def commit(rest: str) -> None:
    """Commit everything with this message, as some agents do by themselves."""
    identity = ["-c", "user.name=fake", "-c", "user.email=fake@localhost"]
    subprocess.run(["git", "add", "--all"], check=True)
    subprocess.run(["git", *identity, "commit", "--quiet", "-m", rest], check=True)


def say(rest: str) -> None:
    """Write a line to the terminal."""
    sys.stdout.write(rest + "\n")
    sys.stdout.flush()


def tell_environment(rest: str) -> None:
    """Write every name and value of the environment."""
    for name, value in sorted(os.environ.items()):
        say(f"{name}={value}")


def flood(rest: str) -> None:
    """Write this many characters in one line."""
    sys.stdout.write("x" * int(rest) + "\n")


def leave_child(rest: str) -> None:
    """Start a child that would live for an hour, and write its number to a file."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    Path(rest).write_text(str(child.pid), encoding="utf-8")


def hang(rest: str) -> None:
    """Wait for ever; with "stubborn" also through SIGTERM. The file named last tells that it hangs."""
    how, _, file = rest.partition(" ")
    if how == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(file).write_text("hanging", encoding="utf-8")
    while True:
        signal.pause()


ACTIONS: dict[str, Callable[[str], object]] = {
    "write": write,
    "delete": os.unlink,
    "commit": commit,
    "say": say,
    "environment": tell_environment,
    "flood": flood,
    "child": leave_child,
    "hang": hang,
    "exit": lambda rest: sys.exit(int(rest)),
}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
