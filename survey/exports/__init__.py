"""A frozen wave as files for other programs, each with a codebook."""
