"""Pages, a folder a kind of reader; what they share lies here, one subject a file."""
