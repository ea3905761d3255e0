"""Publishing to real repositories."""
