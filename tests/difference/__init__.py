"""`mlspec diff` over real histories."""
