"""The captioner that comes with the project, for use without a training.

flickr8k/                       a compact run
LICENSE-Apache-2.0.txt          of the encoder, whose last stages were fine-tuned
MODEL_CARD.md                   what it learned from, what it scores, where it fails
flickr8k_test_captions.json     what it says of Flickr8k's test photos
"""

from pathlib import Path

RUN = Path(__file__).parent / "flickr8k"
