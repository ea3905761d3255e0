"""The Open Inference Protocol V2 over REST as a client speaks it, with nothing but the standard library."""
