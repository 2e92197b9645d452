"""One file a step of the participation store, in order."""
