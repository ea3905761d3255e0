"""Sixth stage: the files that a compile made go in, a workspace on disk that equals them comes out.

Reading order: `changes` (what is said), `compare` (what differs), `write` (how it is mended without half-written
files), `diff` (how it is shown). `index` and `journal` say which files are the compiler's own.
"""
