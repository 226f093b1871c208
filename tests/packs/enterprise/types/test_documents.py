"""A document of every type: it fits its declaration, and reads back from Markdown as it was."""

import jsonschema_rs
import pytest

from headrace.capabilities.artifacts.layout import (
    Fault,
    authored,
    content_hash,
    json_schema,
    normal,
    project,
    validate,
)
from headrace.capabilities.record.markdown import parse, render, template
from headrace.packs.enterprise.types import TYPES
from packs.enterprise.types.documents import DOCUMENTS

BY_NAME = {layout.name: layout for layout in TYPES}
each_type = pytest.mark.parametrize("layout", TYPES, ids=BY_NAME)


@each_type
def test_a_realistic_document_has_no_fault(layout):
    assert validate(layout, DOCUMENTS[layout.name]) == ()


@each_type
def test_a_document_reads_back_as_it_was_written(layout):
    content = normal(layout, DOCUMENTS[layout.name])
    read = parse(layout, render(layout, content))
    assert (read.content, read.findings) == (content, ())


@each_type
def test_a_file_that_was_read_is_written_the_same(layout):
    file = render(layout, DOCUMENTS[layout.name], {"type": layout.name, "layout": layout.version})
    read = parse(layout, file)
    assert render(layout, read.content, read.front_matter) == file


@each_type
def test_a_document_keeps_the_schema_that_a_model_is_given(layout):
    content = authored(layout, DOCUMENTS[layout.name])
    answer = {part: content[part] for part in ("title", "fields", "sections") if content[part]}
    schema = json_schema(layout)
    known = {key: value for key, value in answer.items() if key in schema["properties"]}
    missing = {part: {} for part in schema["required"] if part not in known}
    errors = jsonschema_rs.validator_for(schema).iter_errors(known | missing)
    assert [error.message for error in errors] == []


@each_type
def test_an_empty_template_lacks_nothing_but_what_is_required(layout):
    read = parse(layout, template(layout))
    assert {finding.fault for finding in read.findings} == {Fault.REQUIRED}
    assert read.content["extra"] == {}


@each_type
def test_an_empty_document_is_told_every_part_that_it_needs(layout):
    needed = {"title"}
    needed |= {f"fields.{f.name}" for f in layout.fields if f.required and not f.projected}
    needed |= {f"sections.{s.name}" for s in layout.sections if s.required and not s.projected}
    found = validate(layout, {"title": "", "fields": {}, "sections": {}})
    assert {finding.path for finding in found} == needed


def test_a_live_status_is_shown_and_changes_nothing():
    brief = BY_NAME["mission-brief"]
    live = {"fields.reference": "MISSION-2026-015", "fields.status": "active"}
    shown = project(brief, DOCUMENTS["mission-brief"], live)
    assert "- **Mission ID:** MISSION-2026-015\n- **Status:** active" in render(brief, shown)
    assert content_hash(brief, shown) == content_hash(brief, DOCUMENTS["mission-brief"])


def test_the_measured_state_of_an_outcome_is_shown_beside_its_target():
    contract = BY_NAME["outcome-contract"]
    live = {"sections.outcomes[export-performance].status": "met"}
    shown = project(contract, DOCUMENTS["outcome-contract"], live)
    assert "- **Status:** met" in render(contract, shown)


def test_status_and_tasks_are_shown_and_never_authored():
    for name in ("mission-status", "mission-tasks"):
        assert authored(BY_NAME[name], DOCUMENTS[name])["sections"] == {}
