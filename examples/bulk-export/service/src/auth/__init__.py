"""Who calls: tokens, tenants, principals."""
