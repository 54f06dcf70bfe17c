"""The captioner that comes with the project, for use without a training.

flickr8k/                       a compact run, to train on from and to export
flickr8k.tflite                 the same, exported: what captions photos at once
LICENSE-Apache-2.0.txt          of the encoder, whose last stages were fine-tuned
MODEL_CARD.md                   what it learned from, what it scores, where it fails
flickr8k_test_captions.json     what it says of Flickr8k's test photos
seen_photos.npy                 fingerprints of the photos that it learned from
"""

from importlib import resources
from pathlib import Path

RUN = Path(str(resources.files(__name__) / "flickr8k"))
FILE = RUN.with_suffix(".tflite")
SEEN_PHOTOS = RUN.with_name("seen_photos.npy")  # uint8 (photos, 8)


def run_named(name: str) -> Path:
    """Return the path of a run; of "flickr8k", if there is no such path here, that of
    the pretrained captioner, wherever the package lies."""
    path = Path(name)
    return RUN if name == RUN.name and not path.exists() else path
