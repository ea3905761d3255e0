"""From build contexts to images: `mlspec build`, with whichever builder this machine has."""
