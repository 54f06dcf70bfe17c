"""Readers and writers of texts of other packages, for comparison.

They have their published sizes and random weights, because time does not depend on the
words, and take ids: cutting texts into subwords is left out in their favour.
"""

import tempfile
from collections.abc import Callable, Sequence

import numpy as np
import torch
from transformers import (
    DistilBertConfig,
    DistilBertForSequenceClassification,
    MarianConfig,
    MarianMTModel,
)

# Of OPUS-MT's models, as en-de (Tiedemann & Thottingal 2020): a Transformer-base.
LAYERS, HEADS, WIDTH, FEED_FORWARD, VOCABULARY = 6, 8, 512, 2048, 58_101
Read = Callable[[Sequence[int]], object]
Write = Callable[[Sequence[int], int, int], object]


def distilbert() -> Read:
    """Return a function: the ids of a text -> its class, by DistilBERT-base (Sanh et
    al. 2019), which the pipeline "sentiment-analysis" of transformers takes."""
    torch.manual_seed(0)
    model = DistilBertForSequenceClassification(DistilBertConfig()).eval()

    def read(ids):
        with torch.inference_mode():
            return model(input_ids=torch.tensor([ids])).logits.argmax(-1)

    return read


def marian() -> Write:
    """Return a function: ids, how many to write, beams -> ids, by PyTorch."""
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=VOCABULARY,
        d_model=WIDTH,
        encoder_layers=LAYERS,
        decoder_layers=LAYERS,
        encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS,
        encoder_ffn_dim=FEED_FORWARD,
        decoder_ffn_dim=FEED_FORWARD,
        pad_token_id=VOCABULARY - 1,
        decoder_start_token_id=VOCABULARY - 1,
    )
    model = MarianMTModel(config).eval()

    def write(ids, count, beams):
        with torch.inference_mode():
            return model.generate(
                torch.tensor([ids]),
                num_beams=beams,
                min_new_tokens=count,
                max_new_tokens=count,
            )

    return write


def ctranslate2(threads: int) -> Write:
    """Return the same by CTranslate2 with weights in int8: what many serve Marian's
    models with."""
    import ctranslate2 as library
    from ctranslate2.specs import model_spec, transformer_spec

    random = np.random.default_rng(0)
    spec = transformer_spec.TransformerSpec.from_config(LAYERS, HEADS)

    def fill(part, name, value):
        if value is None:
            setattr(part, name.rpartition("/")[2], _weights(name, random))

    model_spec.visit_spec(spec, fill)
    words = [str(number) for number in range(VOCABULARY - 3)]
    for register in (spec.register_source_vocabulary, spec.register_target_vocabulary):
        register([*words, "<unk>", "<s>", "</s>"])
    spec.validate()
    spec.optimize(quantization="int8")
    with tempfile.TemporaryDirectory() as folder:
        spec.save(folder)
        translator = library.Translator(
            folder, device="cpu", inter_threads=1, intra_threads=threads
        )

    def write(ids, count, beams):
        return translator.translate_batch(
            [[words[number] for number in ids]],
            beam_size=beams,
            min_decoding_length=count,
            max_decoding_length=count,
        )

    return write


def _weights(name: str, random: np.random.Generator) -> np.ndarray:
    """Return random weights for a place of CTranslate2's Transformer."""
    if name.endswith(("gamma", "beta")):
        return np.full(WIDTH, float(name.endswith("gamma")), np.float32)
    widths = {
        "embeddings": (VOCABULARY, WIDTH),
        "projection": (VOCABULARY, WIDTH),
        "self_attention/linear_0": (3 * WIDTH, WIDTH),
        "/attention/linear_1": (2 * WIDTH, WIDTH),
        "ffn/linear_0": (FEED_FORWARD, WIDTH),
        "ffn/linear_1": (WIDTH, FEED_FORWARD),
    }
    shape = next((s for part, s in widths.items() if part in name), (WIDTH, WIDTH))
    return random.normal(scale=0.02, size=shape).astype(np.float32)
