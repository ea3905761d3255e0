"""The formats in which a program reads findings: one file for each, `sarif.py` for `--format sarif`."""
