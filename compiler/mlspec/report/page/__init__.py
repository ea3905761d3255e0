"""A compiled workspace -> one page for a browser, with all that it needs inside."""
