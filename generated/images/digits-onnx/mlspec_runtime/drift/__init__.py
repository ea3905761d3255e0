"""Rows that the model answers -> how far each feature has drifted from a reference; off the request's path."""
