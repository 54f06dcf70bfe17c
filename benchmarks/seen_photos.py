"""python -m benchmarks.seen_photos: fingerprints of photos that a captioner has seen.

Those of the train split are written into a file (`training.seen_photos` reads that of
the pretrained captioner). A table says what they are worth: how many bits pictures are
from the nearest of them. Of the photos of dev, test and other folders few bits would be
false alarms; of altered copies of train photos many bits are copies that are missed.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.arguments import add_data_flag, parser_of
from data_prep.errors import exit_on_bad_input

COPIES = 500  # photos that are altered
SHOWN = 8  # columns: 0 to 7 bits
LEAST = 8  # ones and zeros of a fingerprint: with fewer any plain picture is near it


def main() -> int:
    parser = parser_of(
        "seen_photos",
        "Fingerprints of the train split of a data set, and how well they tell photos.",
        "--data data/flickr8k_coco --others EVERYDAY/images --out seen_photos.npy",
    )
    add_data_flag(parser)
    parser.add_argument(
        "--others", type=Path, nargs="*", default=[], help="folders of unseen photos"
    )
    parser.add_argument("--out", type=Path, help="the .npy file to write")
    flags = parser.parse_args()
    from captioning.training.seen_photos import bits_apart, fingerprint
    from data_prep.pictures.decode_pillow import upright
    from data_prep.prepared.records import read_pictures

    def prints(pictures) -> np.ndarray:
        return np.array([fingerprint(upright(picture)) for picture in pictures])

    train = dict(read_pictures(flags.data, "train"))
    seen = np.unique(prints(train.values()), axis=0)
    ones = np.bitwise_count(seen).sum(axis=1)
    seen = seen[(ones >= LEAST) & (ones <= 64 - LEAST)]
    print("| bits apart |" + "".join(f" {n} |" for n in range(SHOWN)) + " more |")
    print("|---|" + "---:|" * (SHOWN + 1))
    for split in ("dev", "test"):
        unseen = prints(picture for _, picture in read_pictures(flags.data, split))
        _show(split, bits_apart(unseen, seen))
    for folder in flags.others:
        unseen = prints(file.read_bytes() for file in sorted(folder.glob("*.jpg")))
        _show(folder.name, bits_apart(unseen, seen))
    some = [upright(one) for one in list(train.values())[:: len(train) // COPIES or 1]]
    for name, altered in ALTERED.items():
        _show(name, bits_apart(prints(map(altered, some)), seen))
    if flags.out:
        np.save(flags.out, seen)
        print(f"wrote {len(seen)} fingerprints to {flags.out}")
    return 0


def _show(name: str, bits: np.ndarray) -> None:
    counts = np.bincount(np.minimum(bits, SHOWN), minlength=SHOWN + 1)
    print(f"| {name} |" + "".join(f" {count:,} |" for count in counts))


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


ALTERED = {
    "JPEG of quality 60": lambda image: _jpeg(image, 60),
    "500 x 375 pixels": lambda image: _jpeg(image.resize((500, 375)), 80),
    "112 x 112 pixels": lambda image: _jpeg(image.resize((112, 112)), 80),
    "mirrored": lambda image: _jpeg(
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 80
    ),
}

if __name__ == "__main__":
    exit_on_bad_input(main)
