"""One file a step of the main store, in order."""
