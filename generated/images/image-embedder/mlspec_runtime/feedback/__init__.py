"""Predictions and the labels that callers send for them later -> how right the model is, by version."""
