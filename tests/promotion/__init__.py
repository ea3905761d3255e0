"""`mlspec promote`."""
