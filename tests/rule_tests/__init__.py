"""Tests of `mlspec test-rules`."""
