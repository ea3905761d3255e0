"""Hypothesis strategies of whole workspaces: every supported field, valid by construction or broken on purpose."""

from tests.strategies.broken import broken_texts, broken_values
from tests.strategies.workspace import Workspace, workspaces
from tests.strategies.yaml_text import styles

__all__ = ["Workspace", "broken_texts", "broken_values", "styles", "workspaces"]
