"""Stored columns among the columns of batches: values that a model made of pairs and that were written once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from pairstream.columns.stored_files import ColumnFiles, ValueFormat, folder_of, folders_in, keys_at
from pairstream.errors import SampleRefused, SettingsError
from pairstream.views.view import View

Stored = Mapping[str, Sequence[Any]]
"""Values of records, by column; None where a record has none."""


class StoredColumns:
    """The stored ones among the columns of batches. For one thread at a time.

    Args:
        folder: where columns are; None where none is
        names: of columns, those of the records among them
        models: of which model a column is, by its name, where there are several
        views: whose pairs must have a value; of one topic

    Raises:
        SettingsError: where there is no such column or model, or a pair has no value
    """

    def __init__(
        self, folder: str | os.PathLike[str] | None, names: Sequence[str], models: Mapping[str, str], views: Sequence[View]
    ) -> None:
        self._columns: dict[str, ColumnFiles] = {}
        there = [] if folder is None else folders_in(folder)
        own = [name for name in names if name in there]
        if folder is not None and not own:
            raise SettingsError(
                f"{os.fspath(folder)} has none of the columns {', '.join(names)}: it has {', '.join(there) or 'none'}"
            )
        unknown = [name for name in models if name not in own]
        if unknown:
            raise SettingsError(f"models names {', '.join(unknown)}: no stored column that is asked for")
        for name in own:
            assert folder is not None
            found = folders_in(Path(folder, name))
            model = models.get(name, found[0] if len(found) == 1 else "")
            if model not in found:
                raise SettingsError(
                    f"{name} is stored of {', '.join(found)}: choose by models={{{name!r}: {(found or [''])[0]!r}}}"
                )
            column = self._columns[name] = ColumnFiles(folder_of(folder, name, model, views[0].topic, views[0].topic_id))
            lacking = sum(column.lacking(view) for view in views)
            if lacking or column.format is None:
                raise SettingsError(
                    f"{lacking} of {sum(view.samples for view in views)} pairs have no {name} of {model}; "
                    f"pairstream.write_column(source, view, {name!r}, ..., folder={os.fspath(folder)!r}, "
                    f"model={model!r}) computes them"
                )

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    @property
    def formats(self) -> dict[str, ValueFormat]:
        """Type and shape of a value, by column."""
        return {name: column.format for name, column in self._columns.items() if column.format}

    def require_whole(self) -> None:
        """Checks the files of all columns, as :meth:`ColumnFiles.require_whole` does."""
        for column in self._columns.values():
            column.require_whole()

    def find(self, places: Sequence[tuple[int, int]]) -> Stored:
        """The values of records by column, as they are on the disk.

        Args:
            places: partition and offset of each record

        Raises:
            SampleRefused: where one has none
        """
        found: dict[str, list[NDArray[Any]]] = {}
        for name, column in self._columns.items():
            keys = keys_at(places)
            values = column.find(keys)
            if any(value is None for value in values):
                # Others may have written them meanwhile, for a view that grows.
                column.look()
                values = column.find(keys)
            found[name] = [value for value in values if value is not None]
            if len(found[name]) < len(places):
                partition, offset = places[[value is None for value in values].index(True)]
                raise SampleRefused(
                    f"{column.topic}-{partition}-{offset}: has no {name} of {column.model}, as it came "
                    "since the loader was opened, or was withdrawn when others were written; "
                    "pairstream.write_column computes it"
                )
        return found
