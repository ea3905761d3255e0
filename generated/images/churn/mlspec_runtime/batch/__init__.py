"""Scores stored rows instead of requests: files in, files with predictions out, with the model that the server has.

`python -m mlspec_runtime batch` runs it; the server never imports it.
"""
