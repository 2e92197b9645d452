"""Pages for everybody: open surveys, privacy, accessibility, how pages look."""
