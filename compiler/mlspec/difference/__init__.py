"""What a change of the specs does, in the words of whoever reviews it: `mlspec diff`."""
