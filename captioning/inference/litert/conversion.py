"""A captioner -> one .tflite file: encoder, decoder, search, and the words."""

import tempfile
from pathlib import Path

import tensorflow as tf

from captioning.inference.litert.engine import ENCODER, RERANKED_SEARCH, SEARCH
from captioning.inference.litert.metadata import SEARCHES, is_litert, with_facts
from captioning.models.captioner import TOKENS, Captioner
from captioning.tasks.captions.generation import search
from captioning.tasks.captions.task import Captions
from captioning.training.loading import load_run
from captioning.training.run_files import CONFIDENCE
from data_prep.atomic import room_beside, write_bytes
from data_prep.cli.import_tensorflow import silence
from data_prep.errors import BadInput
from data_prep.text.standardize import CLITICS
from data_prep.text.unspaced import SPACED_CHARACTER


def write_litert(
    run_directory: Path,
    out: Path,
    weights: str,
    num_beams: int | None = None,
    *,
    rerank: bool = True,
) -> int:
    """Write a run's captioner as one .tflite file, and return its size in bytes.

    Args:
        run_directory: a finished run.
        out: a new file, or a .tflite file that this one replaces.
        weights: as `convert` takes them.
        num_beams: hypotheses of the search; the run's own number if not given.
        rerank: False leaves the run's reranker out, if it has one.

    Raises:
        BadInput: the run is not whole or has no captions, or `out` is something else.
    """
    if out.exists() and not is_litert(out):
        raise BadInput(
            f"{out} exists and is no .tflite file; expected a new file, or one to "
            "replace. Give another --out."
        )
    confidence = run_directory / CONFIDENCE
    captions = load_run(run_directory, rerank=rerank).task("captions")
    with room_beside(out) as room:
        model = convert(
            captions,
            weights,
            num_beams,
            confidence.read_bytes() if confidence.is_file() else b"",
            room,
        )
        write_bytes(out, model)
    return len(model)


def convert(
    captions: Captions,
    weights: str = "float32",
    num_beams: int | None = None,
    confidence: bytes = b"",
    room: Path | None = None,
) -> bytes:
    """Return a .tflite file that captions one picture.

    Its signature "regions" takes `pixels`, float32 ``(1, size, size, 3)`` in 0..255,
    and returns `regions`, float32 ``(1, regions, region_dim)``. A signature
    "captions_K" for each number K of beams takes these and returns, best first, what
    `decoding.beam_search` finds: `token_ids`, int32 ``(1, beams, time)``, and `scores`,
    float32 ``(1, beams)``; and the `attention` from which each token was chosen,
    float32 ``(1, beams, time, regions)``. `litert.metadata` says what the ids mean. If
    the captioner has a reranker, the signature "reranked_K" returns the same in the
    order of the reranker, with `expected_cider_d`, float32 ``(1, beams)``, and
    "captions_K" are the fast mode. (There is one K, for each search takes memory of its
    own: fewer captions are the first of these.)

    Args:
        captions: with its encoder attached.
        weights: how they are kept. "float16" halves the file and is computed in
            float32; "int8" quarters it (post-training dynamic range quantization: large
            products are computed in integers, scaled for each picture).
        num_beams: hypotheses of the search. If not given, the file can search with any
            of `SEARCHES`, and does so with the run's own number where none is asked
            for; re-ranked with the reranker's.
        confidence: an `inference.confidence.Confidence`, if there is one.
        room: a folder for temporary files; the system's if not given.
    """
    config = captions.config
    encoder, decoder = captions.model, Captioner(None, captions.model.decoder)
    rerankers = {SEARCH: (None, config.search.num_beams)}
    if captions.reranker is not None:
        reranker = captions.reranker
        rerankers[RERANKED_SEARCH] = reranker, int(reranker.num_beams)
    size = config.vision.image_size

    @tf.function(
        autograph=False,
        input_signature=[tf.TensorSpec((1, size, size, 3), tf.float32, name="pixels")],
    )
    def encode(pixels):
        return {"regions": encoder.encode(pixels)}

    regions = encode.get_concrete_function().structured_outputs["regions"]

    def searching(beams: int, reranker):
        @tf.function(
            autograph=False,
            input_signature=[
                tf.TensorSpec(regions.shape, regions.dtype, name="regions")
            ],
        )
        def find(regions):
            found = search(
                decoder, regions, config.search, beams, reranker, attention=True
            )
            _, attention, _ = found.state
            answer = {
                "token_ids": found.token_ids,
                "scores": found.scores,
                "attention": attention,
            }
            return answer | ({"expected_cider_d": found.expected} if reranker else {})

        return find

    signatures, facts = {ENCODER: encode}, {}
    for name, (reranker, own) in rerankers.items():
        few = () if reranker else SEARCHES
        all_beams = [num_beams] if num_beams else sorted({*few, own})
        facts[name] = {"num_beams": num_beams or own, "all_beams": all_beams}
        signatures |= {name.format(k): searching(k, reranker) for k in all_beams}
    return with_facts(
        _converted(captions, signatures, weights, room),
        {
            "words": list(captions.vocabulary.words),
            "pad": TOKENS.pad,
            "start": TOKENS.start,
            "end": TOKENS.end,
            "clitics": CLITICS,
            "spaced_character": SPACED_CHARACTER,
            "image_size": size,
            **facts[SEARCH],
            "reranked": facts.get(RERANKED_SEARCH),
            "weights": weights,
        },
        confidence,
    )


def _converted(
    captions: Captions, signatures: dict, weights: str, room: Path | None
) -> bytes:
    module = tf.Module()
    module.weights = [variable.value for variable in captions.model.variables]
    with tempfile.TemporaryDirectory(dir=room) as folder, silence():
        tf.saved_model.save(module, folder, signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(
            folder, signature_keys=list(signatures)
        )
        if weights != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if weights == "float16":
            converter.target_spec.supported_types = [tf.float16]
        return converter.convert()
