"""Tools that read our own rows: find_artifacts, read_artifact. A verb answers them, not this package."""

from headrace.capabilities.agents.tools.tool import Tool, ToolEffect, form, text

ASKING = (
    Tool(
        name="find_artifacts",
        description="Find work products by type and context, with their newest and approved versions.",
        parameters=form(
            {},
            type=text("Type, such as mission-brief; left out: all."),
            context=text("Context, such as mission:bulk-data-export; left out: all."),
            effective={"type": "boolean", "description": "Only those with an approved version."},
        ),
        effect=ToolEffect.LOOKUP,
        in_workspace=False,
    ),
    Tool(
        name="read_artifact",
        description="Read a work product as data: the version named, else the approved, else the newest.",
        parameters=form(
            {"artifact": text("Its id, such as mission-brief/bulk-data-export.")},
            version={"type": "integer", "minimum": 1},
        ),
        effect=ToolEffect.LOOKUP,
        in_workspace=False,
    ),
)
