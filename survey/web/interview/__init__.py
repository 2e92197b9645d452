"""Interviews: one form builder for the web and the kiosk."""
