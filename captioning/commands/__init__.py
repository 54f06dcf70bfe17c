"""The commands that have no module of their own name at the top of the package.

`captioning NAME` runs `captioning/commands/NAME.py`, and so does `python -m captioning
NAME`. The commands that are also `python -m captioning.NAME` lie one folder up.
"""
