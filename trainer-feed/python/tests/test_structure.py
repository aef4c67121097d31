"""Which part of the package may use which, and that its lines are in order."""

import ast
import inspect
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import pairstream

FOLDER = Path(__file__).parents[1]
SOURCES = FOLDER / "src"

USES = {
    "errors": set(),
    "hosts": set(),
    "random_numbers": set(),
    "version": set(),
    "threads": set(),
    "arguments": {"errors"},
    "kafka": {"errors", "threads"},
    "views": {"errors"},
    "sets": {"columns", "errors", "index", "read", "source", "threads", "views"},
    "columns": {"errors", "views"},
    "order": {"arguments", "errors", "random_numbers", "views"},
    "index": {"errors", "hosts", "views"},
    "read": {"columns", "errors", "index", "order", "threads", "views"},
    "batch": {"columns", "errors", "order", "random_numbers", "read"},
    "source": {"errors", "index", "order", "read", "views"},
    "platform": {
        "arguments", "columns", "errors", "hosts", "index", "kafka", "order", "read", "source", "threads", "version", "views",
    },
    "opening": {"errors", "platform", "sets", "source"},
    "options": {"batch"},
    "loader": {
        "arguments", "batch", "columns", "errors", "index", "options", "order", "read", "source", "threads", "views",
    },
    "stored_columns": {"arguments", "batch", "columns", "errors", "loader", "options", "order", "source", "views"},
    "torch": {"batch", "errors", "loader", "options", "source"},
    "transformers": {"errors", "torch"},
    "arrow": {"batch"},
    "augment": {"columns"},
    "mix": {"", "platform"},
}
"""By part of the package, a folder or a module of its own, those that it imports: the ground first."""


def imported(file):
    """The package's modules that one imports, wherever in it that is, and the names that it takes of them."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "pairstream":
            yield node.module, [one.name for one in node.names]
        elif isinstance(node, ast.Import):
            yield from ((one.name, []) for one in node.names if one.name.split(".")[0] == "pairstream")


def modules():
    """Each module's file by its name; packages' own files say what they are for, and import nothing."""
    files = {".".join(file.relative_to(SOURCES).with_suffix("").parts): file for file in SOURCES.rglob("*.py")}
    return {name: file for name, file in files.items() if not name.endswith("__init__")}


def part_of(module):
    return module.split(".")[1] if "." in module else ""


def test_parts_use_those_below_them_alone():
    found = {}
    for name, file in modules().items():
        if name == "pairstream_steps":
            continue  # it runs where nothing else of ours is
        used = {part_of(module) for module, _ in imported(file)} - {part_of(name)}
        found[part_of(name)] = found.get(part_of(name), set()) | used

    assert found == USES
    assert len(list(TopologicalSorter(USES).static_order())) == len(USES) + 1, "the package itself is below the commands"


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: {module for module, _ in imported(file)} - {"pairstream"} for name, file in modules().items()}

    assert set(TopologicalSorter(graph).static_order()) == set(graph)


def test_no_module_takes_what_is_private_to_another():
    taken = {
        f"{name} takes {module}.{one}"
        for name, file in modules().items() for module, names in imported(file) for one in names if one.startswith("_")
    }  # fmt: skip

    assert not taken


BY_TRUTH = {"all", "any", "endswith", "exists", "is_floating_point", "len", "startswith", "str"}
"""Calls that answer a truth value, a number or a text."""


def test_what_is_made_where_there_is_none_is_not_asked_for_its_truth():
    """``present or make()`` makes another where one is there and has a length of 0, as an idle client of Kafka has."""
    found = []
    for name, file in modules().items():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.BoolOp) or not isinstance(node.op, ast.Or):
                continue
            last = node.values[-1]
            called = last.func if isinstance(last, ast.Call) else None
            by = getattr(called, "attr", getattr(called, "id", "str"))
            if isinstance(last, ast.Lambda) or (by not in BY_TRUTH and not by.lstrip("_").startswith(("has_", "is_"))):
                found.append(f"{name}, line {node.lineno}: {ast.unparse(node)}")

    assert not found


def scripts():
    """The examples, and the scripts on the pages, by their place."""
    for file in sorted((FOLDER / "examples").rglob("*.py")):
        yield file.name, file.read_text(encoding="utf-8")
    root = FOLDER.parents[1]
    for page in sorted([root / "README.md", *FOLDER.rglob("*.md"), *root.glob("docs/**/*.md")]):
        for text in re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            yield page.name, text


def test_no_example_runs_what_is_in_a_checkpoint_or_loses_one():
    """What people copy reads tensors alone, and writes a file beside the one that it replaces."""
    loads, saves = [], []
    for name, text in scripts():
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        called = {ast.unparse(call.func).rpartition(".")[2] for call in calls}
        for call in calls:
            if ast.unparse(call.func) == "torch.load":
                only = [ast.unparse(one.value) for one in call.keywords if one.arg == "weights_only"]
                # A module saved whole is what the caller of evaluate.py names.
                loads += [] if only == ["True"] or (name, only) == ("evaluate.py", ["False"]) else [name]
            elif ast.unparse(call.func) == "torch.save":
                # What is never read again is a file of its own each time.
                saves += [] if "load" not in called or called & {"replace", "write_whole"} else [name]

    assert not loads and not saves


def test_examples_give_loaders_arguments_that_there_are():
    known = {*inspect.signature(pairstream.Loader).parameters, "device", "mesh", "pin_memory"}
    wrong = [
        f"{name}: {argument.arg}"
        for name, text in scripts()
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in ("Loader", "TorchLoader")
        for argument in call.keywords
        if argument.arg and argument.arg not in known
    ]

    assert not wrong


@pytest.mark.parametrize("asked", [["check", "--output-format=concise", "."], ["format", "--diff", "src"]])
def test_lines_are_in_order(asked):
    pytest.importorskip("ruff")
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", asked[0], "--no-cache", *asked[1:]], cwd=FOLDER, capture_output=True, text=True
    )

    assert ruff.returncode == 0, ruff.stdout + ruff.stderr
