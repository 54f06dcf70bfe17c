"""The notebooks: each is its percent-format twin, and runs from top to end."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Jupyter's


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_and_its_twin_say_the_same(path):
    jupytext = pytest.importorskip("jupytext")
    notebook, twin = (jupytext.read(file) for file in (path, path.with_suffix(".py")))
    kept, written = (
        [(cell.cell_type, cell.source.strip()) for cell in book.cells]
        for book in (notebook, twin)
    )
    assert kept == written


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_its_outputs_and_no_error(path):
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(path, 4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    outputs = [output for cell in code for output in cell.outputs]
    assert outputs
    assert not any(output.output_type == "error" for output in outputs)
    here = str(FOLDER.parent)
    assert here not in path.read_text(encoding="utf-8")  # nobody else's path


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path):
    nbclient = pytest.importorskip("nbclient")
    jupytext = pytest.importorskip("jupytext")
    notebook = jupytext.read(path.with_suffix(".py"))
    client = nbclient.NotebookClient(
        notebook,
        timeout=1200,  # seconds a cell
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute()  # raises CellExecutionError
