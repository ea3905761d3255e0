"""Tests with editors' language servers: ours, and that of YAML."""
