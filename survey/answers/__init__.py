"""Answers from draft to settled response. Knows nothing of who takes part."""
