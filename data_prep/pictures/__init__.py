"""Untrusted picture files to sound pictures."""
