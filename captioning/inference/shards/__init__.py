"""Many pictures by shards: workers that know nothing of each other caption one each.

    captions.csv.shards/00003-of-00100.jsonl

is what is said of the third hundredth of the pictures of ``captions.csv``. `plan`
splits the list, `caption_shard` captions one, `shard_files` keeps and joins them, and
`ray_workers` deals them out to the workers of a Ray cluster.
"""
