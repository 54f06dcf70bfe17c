"""The notebooks: each is its percent-format twin, and runs from top to end."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
# By their twins: a notebook that is missing must fail, not go untested.
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Jupyter's


def _notebook(name: str) -> Path:
    path = FOLDER / f"{name}.ipynb"
    if not path.is_file():
        pytest.fail(
            f"notebooks/{path.name} is missing; expected it beside its twin. Make it "
            f"by `jupytext --to ipynb --execute notebooks/{name}.py`, which asks for "
            "`pip install nbconvert`.",
            pytrace=False,
        )
    return path


def test_there_are_notebooks():
    assert len(NAMES) >= 3
    assert {path.stem for path in FOLDER.glob("*.ipynb")} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_and_its_twin_say_the_same(name):
    jupytext = pytest.importorskip("jupytext")
    path = _notebook(name)
    notebook, twin = (jupytext.read(file) for file in (path, path.with_suffix(".py")))
    kept, written = (
        [(cell.cell_type, cell.source.strip()) for cell in book.cells]
        for book in (notebook, twin)
    )
    assert kept == written


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_keeps_its_outputs_and_no_error(name):
    nbformat = pytest.importorskip("nbformat")
    path = _notebook(name)
    notebook = nbformat.read(path, 4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert outputs
    assert not any(output.output_type == "error" for output in outputs)
    here = str(FOLDER.parent)
    assert here not in path.read_text(encoding="utf-8")  # no path of this machine


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs(name):
    nbclient = pytest.importorskip("nbclient")
    jupytext = pytest.importorskip("jupytext")
    if name == "03_captioning_photos":
        _skip_without_photos()
    notebook = jupytext.read(FOLDER / f"{name}.py")
    client = nbclient.NotebookClient(
        notebook,
        timeout=1200,  # seconds a cell
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute()  # raises CellExecutionError


def _skip_without_photos() -> None:
    """Skip unless there is what this lesson looks at: photos, and a run of them."""
    from captioning.training import newest_run, run_config
    from data_prep.errors import BadInput
    from data_prep.prepared.dataset_info import DatasetInfo

    root = FOLDER.parent
    if not (root / "data" / "flickr8k").is_dir():
        pytest.skip("needs the prepared data set data/flickr8k")
    try:
        run = newest_run.newest("captions", root / "runs")
    except BadInput:
        pytest.skip("needs a run under runs/ that learned captions from photos")
    data = root / "data" / run_config.load_facts(run)["captions"].data.name
    if not data.is_dir():
        pytest.skip(f"needs data/{data.name}, which runs/{run.name} learned from")
    if DatasetInfo.load(data).name == "harbour":
        pytest.skip(f"needs a newer run under runs/ than {run.name}, and of photos")
