"""What `mlspec lock` asks a network for, once: distributions, base images, models of a registry."""
