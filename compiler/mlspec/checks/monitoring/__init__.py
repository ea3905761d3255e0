"""Checks of what a spec says about monitoring."""
