"""Reading texts: what a run predicts of them, after every word."""
