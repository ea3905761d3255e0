"""What holds for the repository itself: who imports whom, what modules are called, which tables are up to date."""
