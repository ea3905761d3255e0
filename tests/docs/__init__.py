"""The guides in docs/ that are run."""
