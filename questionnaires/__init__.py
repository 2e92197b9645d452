"""The grammar of a questionnaire: pure functions on frozen objects, no web, no database, no statistics."""
