"""Notes of checkpoints, from which ``pairstream exposure`` computes what each has seen."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from hashlib import sha256
from typing import Any

from pairstream.arguments import require_name
from pairstream.errors import PairstreamError, SettingsError
from pairstream.order.positions import Position
from pairstream.source import Source

LOG = logging.getLogger("pairstream")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_POSITION = ("seed", "lanes", "window", "epoch", "samples")
_OF_A_VIEW = {"view", *_POSITION}
_OF_A_RUN = {"run", "topic_id", "segments"} | _OF_A_VIEW


def run_name(name: str, position: Position) -> str:
    """The name of a run: the one that was given, that of a run that follows a view, or one made of its order.

    Raises:
        SettingsError: where no run can be called so, or the run has another name already
    """
    own = position.get("run", "")
    if name and own and name != own:
        raise SettingsError(f"the run has its name by source.follow or source.mix: {own}, not {name}")
    if name:
        require_name("a run", name)
    facts = {key: value for key, value in position.items() if key not in ("epoch", "segments", "samples")}
    return name or own or "run-" + sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


@dataclass
class Lineage:
    """From which checkpoint a loader goes on, and how. One thread uses it.

    Args:
        run: name of the run
        batch_size: samples of all ranks together
        keeps_last: whether a last batch that is not full is handed out
        writes: whether this rank notes checkpoints
        parent: run and name of the checkpoint, with a slash between; empty where there is none
        is_exact: whether all samples behind the parent were handed out, in batches of that size
        takedowns: most that were heeded behind the parent
        names: of the checkpoints that the loader goes on from or has noted
    """

    run: str
    batch_size: int
    keeps_last: bool
    writes: bool
    parent: str = ""
    is_exact: bool = True
    takedowns: int = 0
    names: set[str] = field(default_factory=set)

    def state(self, position: Position) -> dict[str, Any]:
        """A position that was not noted; once there is a parent, the state says so."""
        if not self.parent:
            return dict(position)
        since = [self.batch_size, self.keeps_last] if self.is_exact else []
        return {**position, "checkpoint": self.parent, "since": since}

    def load(self, state: Mapping[str, Any], begin: Position) -> Position:
        """Goes on from a state; answers its position."""
        position = {key: value for key, value in state.items() if key not in ("checkpoint", "since")}
        self.parent = str(state.get("checkpoint", ""))
        since = state.get("since", [self.batch_size, self.keeps_last])
        is_known = bool(self.parent) or position == dict(begin)
        self.is_exact = is_known and list(since) == [self.batch_size, self.keeps_last]
        self.names, self.takedowns = {self.parent}, 0
        return position

    def checkpoint(self, name: str, position: Position, source: Source) -> dict[str, Any]:
        """Notes a checkpoint; answers the state. A platform that does not answer is a warning.

        Raises:
            SettingsError: where no checkpoint can be called so
        """
        if not _NAME.fullmatch(name):
            raise SettingsError(
                f"the name of a checkpoint has 1 to 32 letters, digits, '.', '-' and '_', a letter or digit first, not '{name}'"
            )
        if not source.takes_notes:
            raise source.needs_platform("a checkpoint is noted under a name (state_dict has the same state)")
        whole = f"{self.run}/{name}"
        if whole in self.names:
            raise SettingsError(
                f"this run goes on from {whole}: of two checkpoints of one name the first would be forgotten; give each "
                "its own, such as step-4000"
            )
        if self.writes:
            note = self._note(position)
            try:
                source.note(whole, note)
            except (PairstreamError, ValueError) as e:
                LOG.warning("the checkpoint %s is not noted, so what it has seen cannot be looked up: %s", whole, e)
                return self.state(position)
        self.parent, self.is_exact, self.takedowns = whole, True, 0
        self.names.add(whole)
        return {**position, "checkpoint": whole}

    def _note(self, position: Position) -> dict[str, Any]:
        run, _, name = self.parent.rpartition("/")
        is_of_one_view = set(position) in (_OF_A_VIEW, _OF_A_RUN)
        return {
            "parent": name if run == self.run else self.parent,
            "fingerprint": "" if "run" in position else position.get("view", ""),
            **({key: position[key] for key in _POSITION} if is_of_one_view else {}),
            "batch_size": self.batch_size,
            "keeps_last": self.keeps_last,
            "takedowns": self.takedowns,
            "exact": self.is_exact,
            "proposed_at": datetime.now(timezone.utc),
        }
