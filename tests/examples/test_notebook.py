"""The exercise redone runs from top to bottom, and says what the exercise said."""

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[2] / "examples" / "exercise.ipynb"


def printed(monkeypatch, tmp_path, data, restarts):
    """Everything that the executed notebook prints, in one string."""
    monkeypatch.setenv("INKCLUSTER_DATA", str(data))
    monkeypatch.setenv("INKCLUSTER_RESTARTS", str(restarts))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert not [out for out in outputs if out.output_type == "error"]
    pictures = [out for out in outputs if "image/png" in out.get("data", {})]
    return "".join(out.text for out in outputs if out.get("name") == "stdout"), pictures


# The kernel is another process: its sockets are nbclient's to close, and it warns about its transport.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


def test_it_carries_no_output():
    assert all(not cell.get("outputs") for cell in nbformat.read(NOTEBOOK, as_version=4).cells)


@pytest.mark.slow
def test_on_the_embedded_digits(monkeypatch, tmp_path):
    text, pictures = printed(monkeypatch, tmp_path, tmp_path, 3)
    assert "1,797 images, 8 × 8, labels 0–9" in text
    assert len(pictures) == 13


@pytest.mark.slow
@pytest.mark.mnist
def test_on_all_of_mnist(monkeypatch, tmp_path, mnist_file):
    text, pictures = printed(monkeypatch, tmp_path, mnist_file.parent, 1)
    assert "70,000 images, 28 × 28, from a MATLAB file, labels 0–9" in text
    assert "97.70% clustered with eps=8, min_samples=2: 1 clusters" in text
    assert "eps=7: 104 labels, noise 7477, largest 2110" in text
    assert "Cluster sizes, Ward: [3077, 1486, 1256, 861, 866, 513, 873, 434, 376, 258]" in text
    assert len(pictures) == 13
