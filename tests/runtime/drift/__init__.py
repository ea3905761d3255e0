"""How far rows have drifted, in the server."""
