"""Rows about BLIP: photos a second from encoded file to caption, beside BLIP.

Salesforce's BLIP-base (Li et al. 2022) from the package transformers, with its
published sizes and random weights, because time does not depend on the words. BLIP
searches greedily for exactly as many new tokens as our captions have words, for 32
photos.
"""

from pathlib import Path

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread, times_as_long
from data_prep.errors import BadInput

PHOTOS = 32


def rows(run: Path, rounds: int):
    """Yield the row, for a run that learned captions, on photos of its data set."""
    try:
        from benchmarks.performance.transformers_captioners import blip
    except ImportError as error:
        raise BadInput(
            f"BLIP needs PyTorch and transformers ({error}); expected them: run "
            "`pip install -r benchmarks/requirements.txt`."
        ) from error
    from captioning.inference.choose_engine import load
    from captioning.training.run_config import load_facts
    from data_prep.prepared.records import read_shards

    data = load_facts(run)["captions"].data
    records = read_shards(data, "dev").take(PHOTOS).as_numpy_iterator()
    photos = [record["image"] for record in records]
    caption = load(run, rerank=False).caption
    words = [len(best[0].caption.split()) for best in caption(photos)]
    new_tokens = round(sum(words) / len(words))
    by_blip = blip(new_tokens)
    seconds = in_turn(
        {"ours": lambda: caption(photos), "blip": lambda: by_blip(photos)}, rounds
    )
    ours, theirs = (PHOTOS / spread(seconds[way]).median for way in ("ours", "blip"))
    yield Row(
        f"photo to caption, batch {PHOTOS}, end to end, beam 3",
        f"BLIP-base, greedy, {new_tokens} new tokens",
        times_as_long(seconds["blip"], seconds["ours"]),
        25,
        absolute=f"{ours:.1f} photos/s against {theirs:.2f}",
    )
