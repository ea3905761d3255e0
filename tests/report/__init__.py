"""Tests of the report stage: findings in, what a person reads out."""
