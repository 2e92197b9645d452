"""Pages by which the staff sign in, set an account up and look after it."""
