"""One file a task: its data, its options, its loss, its metric, what it serves."""
