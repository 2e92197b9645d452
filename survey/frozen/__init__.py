"""The frozen wave: the one folder through which answers reach statistics."""
