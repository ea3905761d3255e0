"""Values that one environment has become those of another, in the spec as its author wrote it: `mlspec promote`."""
