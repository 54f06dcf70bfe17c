"""Layers and their mathematics: cells, the recurrent layer, attention, losses."""
