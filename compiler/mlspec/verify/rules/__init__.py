"""The rules that every output keeps, whatever the spec and its overrides say; one module for each group."""
