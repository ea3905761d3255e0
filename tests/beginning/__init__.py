"""`mlspec init`: a new workspace, and specs from the files of real models."""
