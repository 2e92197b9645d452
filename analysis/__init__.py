"""Design-based statistics: frames and arrays in, estimates out. No web, no database, no language."""
