"""Layers and their mathematics: cells, the recurrence, attention, losses."""
