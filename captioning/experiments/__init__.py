"""Experiments that the documentation reports."""
