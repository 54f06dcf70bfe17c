"""A Keras callback: the score of a captioner after each epoch of `model.fit`."""

from collections.abc import Sequence

import keras
import numpy as np

from captioning.metrics import CiderD
from captioning.tasks.caption_scores import tokenize


class CaptionScore(keras.callbacks.Callback):
    """CIDEr-D of a `Captioner` on held-out pictures, in the logs as "val_cider_d".

    The same score as `captioning.train` chooses the best epoch by. Callbacks after it
    in the list can use it, such as ``ModelCheckpoint(monitor="val_cider_d",
    mode="max")`` or `EarlyStopping`.

    Args:
        images: what the captioner takes, ``(pictures, ...)``.
        references: the captions of each picture, one or more.
        vocabulary: with `decode`, token ids ``(batch, time)`` -> texts ``(batch,)``.
        batch_size: pictures that are captioned at once.
        **generation: options of `Captioner.generate`.
    """

    def __init__(
        self,
        images,
        references: Sequence[Sequence[str]],
        vocabulary,
        batch_size: int = 128,
        **generation,
    ):
        super().__init__()
        if len(images) != len(references):
            raise ValueError(
                f"CaptionScore got {len(images)} images and references of "
                f"{len(references)}; expected the references of each image."
            )
        self.images, self.vocabulary = images, vocabulary
        self.batch_size, self.generation = batch_size, generation
        tokens = [[tokenize(text) for text in texts] for texts in references]
        self._cider_d = CiderD(dict(enumerate(tokens)))

    def on_epoch_end(self, epoch, logs=None):
        texts: list[str] = []
        for first in range(0, len(self.images), self.batch_size):
            batch = self.images[first : first + self.batch_size]
            found = self.model.generate(batch, **self.generation)
            texts += [t.decode("utf-8") for t in self.vocabulary.decode(found).numpy()]
        scores = self._cider_d.score(dict(enumerate(map(tokenize, texts))))
        if logs is not None:
            logs["val_cider_d"] = float(np.mean(list(scores.values())))
