"""Waves: their dates, places, sealed plan and the versions of the instrument that they offer."""
