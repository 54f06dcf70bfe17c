"""A run -> one .tflite file; of a captioner encoder, decoder, search, and the words."""

from pathlib import Path

import tensorflow as tf

from captioning.inference.litert import text_conversion
from captioning.inference.litert.converter import converted
from captioning.inference.litert.engine import ENCODER, RERANKED_SEARCH, SEARCH
from captioning.inference.litert.metadata import (
    CONFIDENCE,
    SEARCHES,
    is_litert,
    with_facts,
)
from captioning.models.captioner import TOKENS, Captioner
from captioning.tasks.captions.generation import search
from captioning.tasks.captions.task import Captions
from captioning.training.loading import load_run
from captioning.training.run_files import CONFIDENCE as CONFIDENCE_FILE
from data_prep.atomic import room_beside, write_bytes
from data_prep.errors import BadInput
from data_prep.text.unspaced import SPACED_CHARACTER
from data_prep.text.word_splitting import CLITICS


def write_litert(
    run_directory: Path,
    out: Path,
    weights: str,
    num_beams: int | None = None,
    *,
    task: str = "captions",
    rerank: bool = True,
) -> int:
    """Write a task of a run as one .tflite file, and return its size in bytes.

    Args:
        run_directory: a finished run.
        out: a new file, or a .tflite file that this one replaces.
        weights: as `converter.converted` takes them.
        num_beams: hypotheses of a search; the run's own number if not given.
        task: its name; any but tags.
        rerank: False leaves the run's reranker of captions out, if it has one.

    Raises:
        BadInput: the run is not whole or has not learned the task, or `out` is
            something else.
    """
    if out.exists() and not is_litert(out):
        raise BadInput(
            f"{out} exists and is no .tflite file; expected a new file, or one to "
            "replace. Give another --out."
        )
    confidence = run_directory / CONFIDENCE_FILE
    found = load_run(run_directory, encoder=task == "captions", rerank=rerank)
    with room_beside(out) as room:
        if task == "captions":
            model = convert(
                found.task(task),
                weights,
                num_beams,
                confidence.read_bytes() if confidence.is_file() else b"",
                room,
            )
        else:
            model = text_conversion.convert(found.task(task), weights, num_beams, room)
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
        weights: as `converter.converted` takes them.
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
        converted(captions.model, signatures, weights, room),
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
        {CONFIDENCE: confidence} if confidence else {},
    )
