"""Positions: where a run goes on, and the checks of those that come from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pairstream.errors import PositionRefused
from pairstream.order.epoch_order import OrderPlan

Position = Mapping[str, Any]
"""Where a run goes on, as a JSON object of less than 1 kB."""

_PLAN = ("seed", "lanes", "window")


def plan_json(plan: OrderPlan) -> dict[str, int]:
    """The fields of a position that name the order."""
    return {"seed": plan.seed, "lanes": plan.lanes, "window": plan.window}


def require_plan(position: Position, plan: OrderPlan) -> None:
    """Checks that a position belongs to an order.

    Raises:
        PositionRefused: where it does not
    """
    found = {name: position[name] for name in _PLAN}
    if found != plan_json(plan):
        raise PositionRefused(f"the position belongs to another order: {_text(found)}, and this run has {_text(plan_json(plan))}")


def _text(plan: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {value}" for name, value in plan.items())


def require_fields(position: Position, of: str, texts: Sequence[str], numbers: Sequence[str]) -> None:
    """Checks that a position has all that one of its kind has.

    Args:
        numbers: its fields of whole numbers beside those that name the order

    Raises:
        PositionRefused: where it does not
    """
    numbers = (*_PLAN, *numbers)
    is_good = (
        isinstance(position, Mapping)
        and all(isinstance(position.get(name), str) for name in texts)
        and all(isinstance(position.get(name), int) and not isinstance(position[name], bool) for name in numbers)
    )
    if not is_good:
        shown = str(position)
        raise PositionRefused(
            f"no position of {of} (an object with {', '.join([*texts, *numbers])}): "
            f"{shown[:80]}{'...' if len(shown) > 80 else ''}"
        )
    if any(position[name] < 0 for name in numbers if name != "seed"):
        raise PositionRefused(f"a position has no negative epoch or count: {str(dict(position))[:200]}")


def require_within(position: Position, samples: int) -> None:
    """Checks that an epoch goes on behind a position.

    Raises:
        PositionRefused: where it does not
    """
    if position["samples"] >= samples:
        raise PositionRefused(
            f"the position says that {position['samples']} samples of epoch {position['epoch']} were handed out, and the "
            f"epoch has {samples}"
        )
