"""A reference file beside a spec -> the distributions that the server compares live rows with, and when that counts.

Only shares of buckets leave the file, never a row of it. Everything here is imported by a spec with `monitoring.drift`.
"""
