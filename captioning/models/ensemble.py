"""Ensemble: the word probabilities of several captioners, averaged at every step."""

from collections.abc import Sequence

import tensorflow as tf

from captioning import decoding
from captioning.models.captioner import Captioner


class Ensemble:
    """Captioners with the same vocabulary, decoded together.

        p(w | words so far) = mean_k p_k(w | words so far)

    Args:
        members: each with its own encoder, or with cached regions of its own.
    """

    def __init__(self, members: Sequence[Captioner]):
        self.members = members

    def beam_search(
        self, inputs: Sequence[tf.Tensor], tokens: decoding.SpecialTokens, **options
    ) -> decoding.Hypotheses:
        """Return `decoding.Hypotheses` for each picture.

        Args:
            inputs: for each member, its pixels or regions of the same pictures.
            tokens: the ids that search must know.
            options: those of `decoding.beam_search`.
        """
        steps, states = zip(
            *(
                member.search_inputs(rows)
                for member, rows in zip(self.members, inputs, strict=True)
            ),
            strict=True,
        )

        def step(token_ids, states):
            results = [
                member_step(token_ids, own)
                for member_step, own in zip(steps, states, strict=True)
            ]
            log_probs = tf.stack([tf.nn.log_softmax(logits) for logits, _ in results])
            # The log of the mean, up to a constant, which logits may have.
            logits = tf.reduce_logsumexp(log_probs, axis=0)
            return logits, [states for _, states in results]

        return decoding.beam_search(step, list(states), tokens, **options)
