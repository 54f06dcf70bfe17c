"""Rows about BLIP: photos a second from encoded file to caption, beside BLIP.

Salesforce's BLIP-base (Li et al. 2022) from the package transformers, with its
published sizes and random weights, because time does not depend on the words. BLIP
searches greedily for exactly as many new tokens as our captions have words, for 32
photos.
"""

import io
from pathlib import Path

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread, times_as_long
from data_prep.errors import BadInput

PHOTOS = 32


def rows(run: Path, rounds: int):
    """Yield the row, for a run that learned captions, on photos of its data set."""
    try:
        import torch
        from transformers import BlipConfig, BlipForConditionalGeneration
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
    torch.manual_seed(0)
    blip = BlipForConditionalGeneration(BlipConfig()).eval()

    def by_blip():
        pixels = torch.stack([_pixels(photo) for photo in photos])
        with torch.inference_mode():
            return blip.generate(
                pixels,
                do_sample=False,
                num_beams=1,
                min_new_tokens=new_tokens,
                max_new_tokens=new_tokens,
            )

    seconds = in_turn({"ours": lambda: caption(photos), "blip": by_blip}, rounds)
    ours, theirs = (PHOTOS / spread(seconds[way]).median for way in ("ours", "blip"))
    yield Row(
        f"photo to caption, batch {PHOTOS}, end to end, beam 3",
        f"BLIP-base, greedy, {new_tokens} new tokens",
        times_as_long(seconds["blip"], seconds["ours"]),
        25,
        absolute=f"{ours:.1f} photos/s against {theirs:.2f}",
    )


def _pixels(photo: bytes):
    """Return BLIP's input of an encoded photo, float32 ``(3, 384, 384)``.

    Not by BLIP's own processor, which needs torchvision as well.
    """
    import numpy as np
    import torch
    from PIL import Image

    with Image.open(io.BytesIO(photo)) as picture:
        side = picture.convert("RGB").resize((384, 384), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.asarray(side, "float32") / 127.5 - 1.0).permute(2, 0, 1)
