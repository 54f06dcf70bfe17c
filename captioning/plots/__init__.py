"""Figures from plain arrays and strings, as PNG files or for a notebook."""
