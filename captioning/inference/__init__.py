"""Inference: runs and exports, loaded to caption pictures and to read texts."""
