"""The report of a score: one page that opens from disk, in Vietnamese or English, without script or host."""
