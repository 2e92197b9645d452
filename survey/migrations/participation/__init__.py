"""Migrations of the participation store."""
