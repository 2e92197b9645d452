"""Publication: what of a result everybody may see, and the act by which it becomes public."""
