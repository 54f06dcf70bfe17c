"""Captions for others: the page that a browser runs, and how it is written."""
