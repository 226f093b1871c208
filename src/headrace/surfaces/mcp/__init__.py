"""MCP: every operation of the house as a tool, for agents inside and outside."""
