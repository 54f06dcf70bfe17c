"""A sweep over cells, gaps and seeds, in several processes, which can be resumed."""

import concurrent.futures
import dataclasses
import functools
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import tensorflow as tf

from captioning.experiments.long_term.comparable_cells import CELLS
from captioning.experiments.long_term.recall_task import (
    GAPS,
    SEEDS,
    Budget,
    Result,
    run_one,
)
from data_prep import console
from data_prep.atomic import write_text
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.cli.process_pool import process_pool
from data_prep.errors import BadInput

BUDGET, RESULTS = "budget.json", "results.jsonl"


def run_sweep(
    out: Path,
    budget: Budget,
    *,
    cells: Sequence[str] = CELLS,
    gaps: Sequence[int] = GAPS,
    seeds: Sequence[int] = SEEDS,
    processes: int = 1,
    progress: bool = True,
) -> list[Result]:
    """Run what has not been run yet, and write each result when it is there.

    Args:
        out: a folder, created if missing, with ``budget.json`` and ``results.jsonl``, a
            line for each finished run. Finished runs are not repeated.
        budget: of every run.
        cells, gaps, seeds: all combinations are run.
        processes: how many runs at a time, one core each.
        progress: whether to show progress on stderr.

    Returns:
        All results in `out` of these cells, gaps and seeds.

    Raises:
        BadInput: `out` has results of another budget.
    """
    _check_budget(out, budget)
    results = {_key(result): result for result in read_results(out)}
    # The longest first, so that no process waits for a long one at the end.
    wanted = [
        (cell, gap, seed)
        for gap, seed, cell in itertools.product(
            sorted(set(gaps), reverse=True), seeds, cells
        )
    ]
    missing = [key for key in wanted if key not in results]
    with console.progress(
        label="runs",
        unit="runs",
        total=len(wanted),
        done=len(wanted) - len(missing),
        shown=progress,
    ) as bar:
        for result in _run(missing, budget, processes):
            results[_key(result)] = result
            _write_results(out, results.values())
            bar.set_postfix_str(
                f"{result.cell}, gap {result.gap}: {result.accuracy:.2f} "
                f"after {result.steps} steps",
                refresh=False,
            )
            bar.update()
    return [results[key] for key in wanted]


def read_results(out: Path) -> list[Result]:
    """Return the results in a folder; none if there are none yet.

    Raises:
        BadInput: ``results.jsonl`` is not such a file.
    """
    path = out / RESULTS
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [Result(**json.loads(line)) for line in lines]
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(
            f"{path} is not a file of results ({error}); expected one JSON object a "
            "line: remove it, or choose another --out."
        ) from error


def _key(result: Result) -> tuple[str, int, int]:
    return result.cell, result.gap, result.seed


def _write_results(out, results):
    lines = (json.dumps(result._asdict()) + "\n" for result in results)
    write_text(out / RESULTS, "".join(lines))


def _check_budget(out: Path, budget: Budget) -> None:
    path = out / BUDGET
    try:
        out.mkdir(parents=True, exist_ok=True)
        found = None
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(found, dict):
                raise ValueError("it is not a JSON object")
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{path} cannot be used ({error}); expected a folder for results, new or "
            "of an earlier run: choose another --out."
        ) from error
    given = dataclasses.asdict(budget)
    if found is None:
        write_text(path, json.dumps(given, indent=2) + "\n")
    elif found != given:
        differ = [name for name in given if found.get(name) != given[name]]
        raise BadInput(
            f"{out} has results of another budget ({', '.join(differ) or 'fields'} "
            "differ); expected the same for every run: choose another --out."
        )


def _run(keys, budget, processes) -> Iterator[Result]:
    if processes == 1:
        for key in keys:
            yield run_one(*key, budget)
        return
    # TensorFlow before other imports, quietly.
    with process_pool(processes, import_tensorflow) as pool:
        waiting = [pool.submit(_run_on_one_core, key, budget) for key in keys]
        for future in concurrent.futures.as_completed(waiting):
            yield future.result()


def _run_on_one_core(key, budget: Budget) -> Result:
    _use_one_core()
    return run_one(*key, budget)


@functools.cache  # once a process: not possible after TensorFlow's first operation
def _use_one_core() -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
