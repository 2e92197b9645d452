"""Accounts: who of the staff may sign in, by a password and a one-time code, and for how long."""
