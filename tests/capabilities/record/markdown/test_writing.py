import re

import pytest

from capabilities.artifacts.layout.samples import PLAN, a_plan
from headrace.capabilities.record.markdown import render, template
from headrace.kernel.errors import Invalid

WRITTEN = """\
---
id: plan/bulk-export
---

# Plan: Bulk export

- **Size:** medium
- **Due:** 2026-04-12
- **Owners:** Ada, Lin

## Objective

Let customers take their data out.

## Scope

### In Scope

- an API
- a page

### Out

- streaming

## Streams

### Stream: api

- **Pool:** coding

#### Working paths

- src/api/

### Stream: ui

- **Pool:** coding

#### Working paths

- src/ui/

## Dependencies

| From | To | Type |
|---|---|---|
| api | ui | blocks |

## Criteria

- [ ] **AC-1:** all formats work

## Interface

```yaml
openapi: 3.0.3
```
"""


def test_a_document_is_written_in_one_form():
    assert render(PLAN, a_plan(), {"id": "plan/bulk-export"}) == WRITTEN


def test_fields_are_bold_as_other_readers_of_the_repository_expect():
    written = render(PLAN, a_plan())

    assert re.search(r"\*\*Size:\*\*\s*([^|\n]+)", written)[1] == "medium"


def test_a_value_that_is_not_allowed_is_written_for_a_person_to_mend():
    assert "- **Size:** huge" in render(PLAN, a_plan(fields__size="huge"))


def test_what_the_type_has_no_place_for_is_refused_with_every_path():
    with pytest.raises(Invalid) as refused:
        render(PLAN, a_plan(fields__colour="red", sections__objective=["a"]))

    assert refused.value.details["paths"] == ["fields.colour", "sections.objective"]


def test_a_template_tells_what_each_field_takes():
    written = template(PLAN)

    assert "- **Size:** <!-- hint: small | medium -->" in written
    assert "| From | To | Type | Met |" in written
    assert "### Stream:" in written
