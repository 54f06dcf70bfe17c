"""Ensemble: several captioners that choose every word together."""

from collections.abc import Sequence

import tensorflow as tf

from captioning import decoding
from captioning.models.captioner import Captioner


class Ensemble:
    """Captioners of the same words, whose probabilities are averaged at each word.

        p(w | before) = mean_k p_k(w | before)

    Args:
        members: each sees a picture by its own encoder, or by rows of its own.
    """

    def __init__(self, members: Sequence[Captioner]):
        self.members = members

    def beam_search(
        self, inputs: Sequence[tf.Tensor], tokens: decoding.Tokens, **options
    ) -> decoding.Hypotheses:
        """Return `decoding.Hypotheses` for each picture.

        Args:
            inputs: of each member what it is shown of the same pictures.
            tokens: the ids that search must know.
            options: as of `decoding.beam_search`.
        """
        steps, states = zip(
            *(
                member.search_inputs(rows)
                for member, rows in zip(self.members, inputs, strict=True)
            ),
            strict=True,
        )

        def step(token_ids, states):
            taken = [
                take(token_ids, own) for take, own in zip(steps, states, strict=True)
            ]
            log_probs = tf.stack([tf.nn.log_softmax(logits) for logits, _ in taken])
            mean = tf.reduce_logsumexp(log_probs, axis=0)  # but for a constant
            return mean, [states for _, states in taken]

        return decoding.beam_search(step, list(states), tokens, **options)
