"""5b: what was made -> problems; everything that can be decided on the output alone."""
