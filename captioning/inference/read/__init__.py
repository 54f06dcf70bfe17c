"""Reading: texts in, and what a run makes of them after every word."""
