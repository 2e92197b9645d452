"""Who is invited and who refused. Its own database; it never sees answers, and answers never see it."""
