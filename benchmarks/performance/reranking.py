"""Rows about re-ranking: what it costs, beside the fast mode of the same run.

From cached regions many photos at a time; and from photos one at a time, by the .tflite
file.
"""

import tempfile
from pathlib import Path

from benchmarks.performance.row import Row
from benchmarks.performance.search import cached_regions, without_encoder
from benchmarks.performance.timing import in_turn, spread, times_as_long
from data_prep.errors import BadInput

SEARCHED, CAPTIONED = 1000, 50  # photos


def rows(run: Path, rounds: int):
    """Yield the rows, of a run that has a reranker."""
    from captioning.inference.litert.conversion import write_litert
    from captioning.inference.litert.engine import LiteRTEngine
    from captioning.tasks.captions.generation import caption_rows
    from captioning.training.run_config import load_facts
    from data_prep.prepared.records import read_shards

    captions, regions = cached_regions(run, SEARCHED)
    if captions.reranker is None:
        raise BadInput(
            f"{run} has no reranker; expected one: make it by "
            f"`captioning rerank --run {run}`."
        )
    orders = {True: "reranked", False: "fast"}
    searches = {
        name: captions.captioner(rerank=rerank) for rerank, name in orders.items()
    }
    with without_encoder(captions):
        seconds = in_turn(
            {
                name: lambda search=search: caption_rows(search, regions)
                for name, search in searches.items()
            },
            rounds,
        )
    beams = f"{captions.reranker.num_beams} beams, re-ranked"
    fast = f"{captions.config.search.num_beams} beams, not re-ranked"
    yield _row(f"{beams}, from cached regions", fast, seconds, SEARCHED)
    records = read_shards(load_facts(run)["captions"].data, "dev")
    photos = [each["image"] for each in records.take(CAPTIONED).as_numpy_iterator()]
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "captioner.tflite"
        write_litert(run, model, "float16")
        engines = {
            name: LiteRTEngine(model, rerank=rerank) for rerank, name in orders.items()
        }
    seconds = in_turn(
        {
            name: lambda engine=engine: engine.caption(photos)
            for name, engine in engines.items()
        },
        rounds,
    )
    yield _row(f"{beams}, from photos, .tflite", fast, seconds, len(photos))


def _row(measured: str, against: str, seconds: dict, photos: int) -> Row:
    rates = {name: photos / spread(each).median for name, each in seconds.items()}
    return Row(
        measured,
        against,
        times_as_long(seconds["fast"], seconds["reranked"]),
        None,
        absolute=f"{rates['reranked']:.1f} photos/s against {rates['fast']:.1f}",
    )
