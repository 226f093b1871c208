"""Manifests are read with every fault told; files of a service stay whole and bounded."""

import os

import pytest

from capabilities.deployments import product
from capabilities.deployments.world import World
from headrace.capabilities.deployments.model import ManifestInvalid
from headrace.capabilities.deployments.tools import files
from headrace.capabilities.deployments.tools.checkout import check_out
from headrace.capabilities.deployments.tools.manifest import spec_of
from headrace.capabilities.record import service as record

SERVED = "serve: {command: [run, '{port}'], health: /healthz}\n"


def test_a_manifest_says_how_a_product_is_served():
    spec = spec_of(product.MANIFEST.encode() + b"measures:\n  orders: {run: [python, m.py]}\n")

    assert spec.command == ("python", "serve.py", "{port}", "{parameters}")
    assert spec.parameter("memory").high == 1024
    assert [one.name for one in spec.measures] == ["orders"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("serve: [", "cannot be read"),
        ("serve: {health: /h}", "serve.command: Field required"),
        ("serve: {command: [], health: /h}", "it has no words"),
        ("serve: {command: [run], health: h}", "begin it with a slash"),
        ("serve: {command: ['{home}'], health: /h}", "names {home}"),
        ("serve: {command: ['{'], health: /h}", "serve: '{'"),
        ("serve: {command: [run], health: /h, shell: yes}", "serve.shell: not known"),
        ("serve: {command: [r], health: /h, environment: {HEADRACE_HOME: x}}", "HEADRACE_HOME"),
        (SERVED + "parameters: {m: {default: 1, low: 2, high: 3}}", "between low and high"),
        (SERVED + "parameters: {m: {default: 1, low: 0}}", "parameters.m.high"),
        (SERVED + "measures: {m: {unit: s}}", "measures.m.run"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_told(text, told):
    with pytest.raises(ManifestInvalid) as refusal:
        spec_of(text.encode())

    assert told in refusal.value.message


def test_a_commits_files_are_there_whole_or_not_at_all(database, clock, tmp_path):
    world = World(database, clock, tmp_path)
    commit = world.commits({**product.FILES, "bin/tool": "x"})
    with world.units.open(world.company.system) as ctx:
        place = record.location(ctx, record.repository(ctx, "customer-records"))
    (tmp_path / f".{commit}.{os.getpid()}").mkdir()  # what a killed one left behind

    made = check_out(place, commit, tmp_path / commit)

    assert (made / "bin/tool").read_text() == "x"
    assert (made / "serve.py").read_text() == product.SERVE
    assert check_out(place, commit, tmp_path / commit) == made


def test_what_grows_too_large_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ACCESS_LOG_BYTES", 10)
    monkeypatch.setattr(files, "OUTPUT_BYTES", 10)
    access, output = tmp_path / "access.jsonl", tmp_path / "output.log"
    access.write_text("x" * 11)
    output.write_text("y" * 11)

    files.keep_bounded(access, output)

    assert not access.exists()
    assert (tmp_path / "access.jsonl.1").read_text() == "x" * 11
    assert (output.read_text(), (tmp_path / "output.log.1").read_text()) == ("", "y" * 11)


def test_the_end_of_what_it_wrote_is_kept_short(tmp_path):
    (tmp_path / "output.log").write_text("a" * 10_000 + "the last words")

    assert files.tail(tmp_path / "output.log", most_bytes=14) == "the last words"
    assert files.tail(tmp_path / "nothing") == ""
