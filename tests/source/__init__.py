"""Tests of the source stage: bytes of files in, documents and findings out."""
