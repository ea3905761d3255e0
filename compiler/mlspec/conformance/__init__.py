"""Whether a server keeps the Open Inference Protocol V2 over REST: cases as data, what runs them, what tells of it."""
