"""One module for each kind of model file: what the file itself says of its signature, without running it."""
