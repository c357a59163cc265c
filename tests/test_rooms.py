"""The rooms of the house: no circle of files, no crowded folder, no file that does not fit a head."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import inkcluster

SRC = Path(inkcluster.__file__).parent
MAX_FILES = 16
MAX_LINES = 320
ONE_FILE_EACH = {"figures"}
"""Rooms that may have more files: they hold one thing a file."""


def folders():
    found = [p for p in [SRC, *SRC.rglob("*")] if p.is_dir() and p.name != "__pycache__"]
    return {str(p.relative_to(SRC.parent)): p for p in sorted(found)}


def module_of(path: Path) -> str:
    parts = path.relative_to(SRC.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def import_nodes(tree: ast.AST):
    """Every import that can run, also inside functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif is_for_types_only(node):
            for other in node.orelse:
                yield from import_nodes(other)
        else:
            yield from import_nodes(node)


def absolute(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    base = module.split(".")
    base = base[: len(base) - node.level + is_package]
    return ".".join([*base, *filter(None, [node.module])])


class Graph:
    """Which module of ours imports which; a name that a package hands on counts as its module."""

    def __init__(self) -> None:
        paths = [p for p in SRC.rglob("*.py") if "__pycache__" not in p.parts]
        self.paths = {module_of(p): p for p in paths}
        self.handed_on = {
            name: self._bindings(path.with_suffix(".pyi"), name, is_package=True)
            for name, path in self.paths.items()
            if path.name == "__init__.py" and path.with_suffix(".pyi").exists()
        }
        self.edges = {name: self._imports(name) for name in self.paths}

    def _bindings(self, path: Path, module: str, *, is_package: bool) -> dict[str, tuple[str, str]]:
        """For each name that the file imports, the module and the name that it comes from."""
        return {
            alias.asname or alias.name: (absolute(node, module, is_package=is_package), alias.name)
            for node in import_nodes(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    def _resolved(self, module: str, name: str) -> str:
        while f"{module}.{name}" not in self.paths:
            if name not in self.handed_on.get(module, {}):
                return module
            module, name = self.handed_on[module][name]
        return f"{module}.{name}"

    def _imports(self, module: str) -> set[str]:
        path = self.paths[module]
        found = set()
        for node in import_nodes(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            else:
                source = absolute(node, module, is_package=path.name == "__init__.py")
                found.update(self._resolved(source, alias.name) for alias in node.names)
        return {name for name in found if name in self.paths} - {module}

    def circles(self) -> list[list[str]]:
        """The strongly connected components of more than one module (Tarjan 1972)."""
        order: dict[str, int] = {}
        lowest: dict[str, int] = {}
        stack: list[str] = []
        found: list[list[str]] = []

        def visit(name: str) -> None:
            order[name] = lowest[name] = len(order)
            stack.append(name)
            for other in sorted(self.edges[name]):
                if other not in order:
                    visit(other)
                if other in stack:
                    lowest[name] = min(lowest[name], lowest[other])
            if lowest[name] == order[name]:
                at = stack.index(name)
                if len(stack) - at > 1:
                    found.append(sorted(stack[at:]))
                del stack[at:]

        for name in sorted(self.edges):
            if name not in order:
                visit(name)
        return found


@pytest.fixture(scope="module")
def graph():
    return Graph()


def test_no_circle_of_files(graph):
    assert graph.circles() == []


def test_the_graph_sees_what_it_should(graph):
    """Imports inside functions, relative ones, and names that a package hands on."""
    assert "inkcluster.images.sampling" in graph.edges["inkcluster.images.imageset"]
    assert "inkcluster.images.loading" in graph.edges["inkcluster.cli.parse"]
    assert "inkcluster.cluster.kmeans" not in graph.edges["inkcluster.images.loading"]
    graph = Graph()
    graph.edges["inkcluster.images.sampling"].add("inkcluster.images.loading")
    graph.edges["inkcluster.images.loading"].add("inkcluster.images.imageset")
    circle = next(c for c in graph.circles() if "inkcluster.images.sampling" in c)
    assert {"inkcluster.images.imageset", "inkcluster.images.loading"} < set(circle)


@pytest.mark.parametrize("name", folders())
def test_no_folder_is_crowded(name):
    files = [p.name for p in folders()[name].iterdir() if p.is_file() and p.suffix != ".pyi"]
    if Path(name).name not in ONE_FILE_EACH:
        assert len(files) <= MAX_FILES, sorted(files)


def test_no_file_is_too_long():
    files = [p for p in SRC.rglob("*.*") if p.suffix in {".py", ".js", ".css", ".j2"}]
    lines = {str(p.relative_to(SRC)): len(p.read_text().splitlines()) for p in files}
    assert {name: count for name, count in lines.items() if count > MAX_LINES} == {}


def readme_folders() -> list[str]:
    """The folders in the block after `## The rooms`, in its order; indentation says what is in what."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    block = readme.split("## The rooms", 1)[1].split("```")[1]
    above: list[tuple[int, str]] = []
    found = []
    for line in block.strip("\n").splitlines():
        indent = len(line) - len(line.lstrip())
        while above and above[-1][0] >= indent:
            above.pop()
        for name in re.match(r"(?: *\w+/)+", line)[0].split():
            folder = f"{above[-1][1] if above else ''}{name}"
            found.append(folder)
        above.append((indent, folder))
    return found


def test_the_readme_lists_every_folder():
    listed = readme_folders()
    assert len(listed) == len(set(listed))
    ours = {f"{path.relative_to(SRC).as_posix()}/" for path in folders().values()} - {"./"}
    assert set(listed) == ours


def test_the_readme_lists_the_rooms_in_the_order_of_the_layers():
    root = Path(__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = project["tool"]["importlinter"]["contracts"]
    rooms = [folder.rstrip("/") for folder in readme_folders() if folder.count("/") == 1]
    assert rooms == [layer for layer in contract["layers"] if (SRC / layer).is_dir()]


NO_MODULE_HIDES_A_NAME = """
import importlib, sys
for name in sys.argv[1].split():
    importlib.import_module(name)
for public in sys.argv[2].split():
    package, _, name = public.rpartition(".")
    found = getattr(sys.modules[package], name)
    if type(found).__name__ == "module":
        print(public)
"""


def test_no_module_hides_a_public_name(graph):
    """A module called like a name of its package replaces it once something imports the module."""
    public = [
        f"{package}.{name}"
        for package, names in graph.handed_on.items()
        for name, (source, original) in names.items()
        if f"{source}.{original}" not in graph.paths
    ]
    modules = [name for name in graph.paths if not name.endswith("__main__")]
    hidden = subprocess.run(
        [sys.executable, "-c", NO_MODULE_HIDES_A_NAME, " ".join(modules), " ".join(public)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert hidden.stdout.split() == []
