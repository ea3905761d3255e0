"""A registry of images as a client asks it (OCI Distribution Specification 1.1): which digest a name has, if any."""
