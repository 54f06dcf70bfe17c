"""Runs and exports, loaded for use."""
