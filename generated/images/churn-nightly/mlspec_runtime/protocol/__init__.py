"""The Open Inference Protocol V2 over REST: bytes of a request -> arrays, arrays -> bytes of a response."""
