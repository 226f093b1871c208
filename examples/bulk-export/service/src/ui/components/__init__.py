"""The design system: one file for each component."""
