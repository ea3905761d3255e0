"""Fetches a model into a folder before the server starts: a process of its own, which the server never imports.

`python -m mlspec_runtime.fetch --uri=s3://models/churn/1.0.0/ --size=1048576 --target=/mnt/model`. It needs obstore and
the standard library alone, so that any image with a Python can run it.
"""
