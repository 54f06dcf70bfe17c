"""A folder a task: its options and presets (`config`); its data, loss, scores and
serving function (`task`). Beside the folders lies what tasks share.
"""
