"""REST: every operation of the house as a route below `/api/v1`, described by OpenAPI."""
