"""Tests of `mlspec why`."""
