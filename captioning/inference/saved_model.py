"""SavedModels: one graph a task, raw strings in and out, written and loaded.

What commands run and what `captioning.export` saves is one graph, that of
`Task.serving_function`, so the two cannot say different things.
"""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from captioning.inference.model_paths import is_saved_model
from captioning.inference.saved_model_operations import check_operations
from captioning.tasks.task import Task
from captioning.training.loading import load_run
from captioning.training.manifest import check_manifest, files_in, write_manifest
from captioning.training.run_config import check_has, load_facts
from data_prep.atomic import marked, replacing
from data_prep.errors import BadInput, with_extra

EXPORT_FACTS = "captioning_export.json"
EXPORT_FORMAT = 3  # raised when the signatures of an export change
_OF_PICTURES = ("captions", "tags")


class Server(NamedTuple):
    """One task, ready to be asked.

    Attributes:
        ask: by keywords, the inputs of `Task.serving_function` -> its outputs.
        languages: codes of those that a translator writes; () if an export does not
            say, and of all else.
    """

    ask: Callable[..., dict[str, tf.Tensor]]
    languages: tuple[str, ...] = ()


# === Write ===


def write_saved_model(
    run_directory: Path,
    out: Path,
    num_beams: int | None = None,
    *,
    rerank: bool = True,
) -> list[str]:
    """Write a run as one SavedModel, with one signature a task, and return the names of
    the tasks.

    Args:
        run_directory: a finished run.
        out: a new directory, or an export that this one replaces.
        num_beams: hypotheses of every search; each task's own number if not given.
        rerank: False leaves the captions' reranker out, if there is one.

    Raises:
        BadInput: the run is not whole, or `out` holds something else.
    """
    with replacing(out, marked("an export", EXPORT_FACTS)) as partial:
        tasks = load_run(run_directory, rerank=rerank).tasks
        signatures = {
            name: t.serving_function(num_beams=num_beams) for name, t in tasks.items()
        }
        module = tf.Module()
        # Keras' own ExportArchive would write every variable twice.
        module.weights = [v.value for t in tasks.values() for v in t.model.weights]
        # What a task holds beside: tables of words, a frozen encoder in front.
        module.resources = [task.tracked_resources() for task in tasks.values()]
        first = next(iter(signatures.values()))
        signatures = {"serving_default": first, **signatures}
        tf.saved_model.save(module, str(partial), signatures)
        facts = json.dumps(_facts_of(tasks, num_beams), indent=2)
        (partial / EXPORT_FACTS).write_text(facts + "\n", "utf-8")
        # TensorFlow's fingerprint is another each time, and is not needed to load.
        kept = [name for name in files_in(partial) if name != "fingerprint.pb"]
        write_manifest(partial, kept)
    return list(tasks)


def _facts_of(tasks: dict[str, Task], num_beams: int | None) -> dict:
    def searches(task: Task) -> bool:
        return "num_beams" in inspect.signature(task.serving_function).parameters

    def own_beams(task: Task) -> int:
        reranker = getattr(task, "reranker", None)
        return int(reranker.num_beams) if reranker else task.config.search.num_beams

    beams = {
        name: num_beams or own_beams(task)
        for name, task in tasks.items()
        if searches(task)
    }
    facts = {
        "format": EXPORT_FORMAT,
        # The captions' if there are any: `captioning.caption --beams` must be the same.
        "num_beams": next(iter(beams.values()), None),
        "patterns": {
            name: {"num_beams": beams[name]} if name in beams else {} for name in tasks
        },
    }
    if "captions" in tasks:
        facts["reranked"] = tasks["captions"].reranker is not None
    if "translation" in tasks:
        facts["languages"] = list(tasks["translation"].subwords.language_ids)
    return facts


# === Load ===


def tasks_of(path: Path) -> tuple[str, ...]:
    """Return the names of what a run, or an export of one, learned.

    Raises:
        BadInput: it is neither, or of another version.
    """
    return tuple(
        export_facts(path)["patterns"] if is_saved_model(path) else load_facts(path)
    )


def load_server(
    path: Path, task: str, num_beams: int | None = None, *, trust_model: bool = False
) -> Server:
    """Return one task of a run, or of an export.

    Args:
        path: a run's directory or an export's.
        task: its name.
        num_beams: hypotheses of a search; None takes the run's own, or the export's.
        trust_model: whether an export may do more than compute.

    Raises:
        BadInput: it is neither, did not learn the task, or is an export with another
            number of beams, or of other operations than ours.
    """
    if is_saved_model(path):
        return _of_export(path, task, num_beams, trust_model)
    found = load_run(path, encoder=task in _OF_PICTURES).task(task)
    languages = tuple(found.subwords.language_ids) if task == "translation" else ()
    return Server(found.serving_function(num_beams=num_beams), languages)


def export_facts(path: Path) -> dict:
    """Return what an export says of itself.

    Raises:
        BadInput: it says nothing, or is of another version.
    """
    try:
        facts = json.loads((path / EXPORT_FACTS).read_text("utf-8"))
        made_as = facts["format"]
        if made_as == EXPORT_FORMAT:
            _, _ = facts["num_beams"], list(facts["patterns"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} holds a SavedModel without a readable {EXPORT_FACTS}; expected "
            "an export of this project. Make it by `python -m captioning.export`."
        ) from error
    if made_as != EXPORT_FORMAT:
        raise BadInput(
            f"{path} is an export of format {made_as}; this version reads format "
            f"{EXPORT_FORMAT}. Export the run again."
        )
    return facts


def _of_export(
    path: Path, task: str, num_beams: int | None, trust_model: bool
) -> Server:
    facts = export_facts(path)
    check_has(path, facts["patterns"], task)
    _check_beams(path, facts, num_beams)
    check_manifest(path)
    if not trust_model:
        check_operations(path)
    _import_operations_of(path)
    try:
        ask = tf.saved_model.load(str(path)).signatures[task]
    except (OSError, KeyError, tf.errors.OpError, ValueError) as error:
        raise BadInput(
            f"{path} cannot be loaded ({str(error).splitlines()[0]}); expected a "
            "whole export. Export the run again."
        ) from error
    return Server(ask, tuple(facts.get("languages", ())))


def _import_operations_of(path: Path) -> None:
    """Import what must be there before the graph: subwords are operations of
    `tensorflow_text`, which a graph has by their names."""
    if b"Sentencepiece" not in (path / "saved_model.pb").read_bytes():
        return
    try:
        import tensorflow_text  # noqa: F401
    except ModuleNotFoundError as error:
        raise with_extra(error) from error


def check_beams(path: Path, num_beams: int | None) -> None:
    """Raise BadInput if an export searches with another number of beams."""
    if num_beams is not None:
        _check_beams(path, export_facts(path), num_beams)


def check_rerank(path: Path, rerank: bool) -> bool:
    """Return whether an export re-ranks its captions; raise BadInput if it does and
    must not."""
    reranked = bool(export_facts(path).get("reranked"))
    if reranked and not rerank:
        raise BadInput(
            f"{path} was exported with re-ranking, and cannot do without. Leave "
            "--no-rerank out, or export again with it."
        )
    return reranked


def _check_beams(path: Path, facts: dict, num_beams: int | None) -> None:
    if num_beams not in (None, facts["num_beams"]):
        raise BadInput(
            f"The number of beams of {path} is {facts['num_beams']}, got {num_beams}. "
            "Leave the number out, or export the run again with "
            f"--beams {num_beams}."
        )
