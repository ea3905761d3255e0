"""A model file, or nothing, in; the files of a workspace that begins with it out."""
