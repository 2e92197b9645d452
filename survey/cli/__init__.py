"""The command line: one file a group of commands, one place (`faults.py`) where a refusal becomes words."""
