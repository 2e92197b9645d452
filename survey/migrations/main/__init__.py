"""Migrations of the main store."""
