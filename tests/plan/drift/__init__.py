"""What is read from a reference."""
