"""The public names of the package and their parameters stay: `PAIRSTREAM_WRITE_GOLDENS=1` writes the list anew."""

import importlib
import inspect
import os
import re
from pathlib import Path

import numpy as np
import pytest

from pairstream.columns.stored_files import ColumnFiles
from pairstream.order.epoch_order import OrderPlan
from pairstream.order.view_schedule import ViewSchedule
from pairstream.views.view import View

GOLDENS = Path(__file__).parent / "compatibility"

VIEW = Path(__file__).parents[2] / "src/test/resources/io/pairstream/feed/view/two-blocks.view"
POSITION = {"view": "79591607dce5bfddad53bdae84ad027e", "seed": 7, "lanes": 2, "window": 0, "epoch": 3, "samples": 2}
"""What version 0.1 has put into a checkpoint, of that view; never written anew."""

COLUMN = GOLDENS / "latents/sha256_0001/pairs.training.AAAA"
"""What version 0.1 has written as a column: of one pair a value, of another that it was withdrawn; never written anew."""

MADE_BY_US = ("Batch", "Source")
"""Classes whose constructors are not for users."""

BROKEN = """BROKEN: pairstream{module} lost
  {lost}
now:
  {new}
Put it back, or, if it must go, note it in CHANGELOG.md under Removed or Changed and run the test with
PAIRSTREAM_WRITE_GOLDENS=1"""

NEW = """NEW: pairstream{module} has
  {new}
Nothing is broken: run the test with PAIRSTREAM_WRITE_GOLDENS=1, and have the line reviewed"""


UNREAD = "BROKEN: what version 0.1 wrote reads otherwise; read its form beside the new one"


def entries(name, value):
    """Lines for a public value: one for each parameter, and those of a class's public members."""
    if inspect.isclass(value):
        yield f"{name} class {', '.join(base.__name__ for base in value.__bases__)}"
        for member, of in inspect.getmembers(value):
            # A class of ours defines it, not one of Python's; of what is not made by users, itself.
            own = [value] if name in MADE_BY_US else [base for base in value.__mro__ if ours(base)]
            if not member.startswith("_") and any(member in vars(base) for base in own):
                yield from entries(f"{name}.{member}", of)
        yield from (f"{name}.{attribute} attribute" for attribute in attributes(value))
        if issubclass(value, BaseException) or name in MADE_BY_US:
            return
    elif not callable(value):
        yield f"{name} {'property' if isinstance(value, property) else 'value'}"
        return
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        parameters = ()
    yield f"{name}()"
    for place, parameter in enumerate(parameters):
        if parameter.name != "self":
            # Where it stands matters only to those who give it without its name.
            where = "" if parameter.kind == parameter.KEYWORD_ONLY else f" {place}"
            default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
            yield f"{name}({parameter.name}){where} {parameter.kind.description}{default}"


def attributes(of):
    """What a class's text says that instances have, as far as its constructor sets it."""
    said = (inspect.getdoc(of) or "").partition("\nAttributes:\n")[2].partition("\n\n")[0]
    return set(re.findall(r"^ {4}(\w+): ", said, re.MULTILINE)) & set(of.__init__.__code__.co_names) if said else ()


def ours(base):
    return base.__module__.partition(".")[0] == "pairstream"


def public(module):
    for name in sorted(getattr(module, "__all__", vars(module))):
        value = getattr(module, name)
        if not name.startswith("_") and (hasattr(module, "__all__") or getattr(value, "__module__", "") == module.__name__):
            yield from entries(name, value)


@pytest.mark.parametrize("module", ["", ".arrow", ".augment", ".errors", ".options", ".torch", ".transformers"])
def test_the_public_api_stays(module):
    if module in (".torch", ".transformers"):
        pytest.importorskip(module[1:], reason=f"{module[1:]} is not installed; PAIRSTREAM_TORCH=true has the build do so")
    now = sorted(set(public(importlib.import_module("pairstream" + module))))
    golden = GOLDENS / f"pairstream{module}.txt"
    if os.environ.get("PAIRSTREAM_WRITE_GOLDENS"):
        golden.write_text("".join(f"{line}\n" for line in now))

    kept = golden.read_text().splitlines()

    lost, new = ["\n  ".join(sorted(set(a) - set(b))) for a, b in ((kept, now), (now, kept))]
    assert not lost, BROKEN.format(module=module, lost=lost, new=new)
    assert not new, NEW.format(module=module, new=new)


def test_a_position_that_was_kept_is_taken():
    view = View.load(VIEW)

    schedule = ViewSchedule(view, OrderPlan(seed=7, lanes=2, window=0), None)
    schedule.require_own(POSITION)

    assert schedule.skip(POSITION, batch_size=2, keep_last=True, batches=1) == {**POSITION, "samples": 4}, UNREAD


def test_a_column_that_was_kept_is_read():
    column = ColumnFiles(COLUMN)
    keys = np.array([3, 4, (1 << 48) + 7])

    written, withdrawn = column.states(keys)
    found = column.find(keys)

    assert (written.tolist(), withdrawn.tolist()) == ([True, False, False], [False, False, True]), UNREAD
    assert [value is not None and value.tolist() for value in found] == [[0.5, -2.0], False, False], UNREAD
