"""Checking records and writing them to their places in a batch, by functions of the trainer's own where there are some."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pairstream.batch.memory import Slot
from pairstream.batch.pixels import AS_RECIPE, PROFILES, Pixels, PixelWriter, Undecodable, decode, require_form
from pairstream.columns.of_records import Picture, Tokens, is_of_caption, names_in
from pairstream.errors import Malformed, SampleRefused, SettingsError
from pairstream.random_numbers import RandomNumbers
from pairstream.read.records import Record, Sample, SampleReader

Transform = Callable[[dict[str, Any], np.random.Generator], Any]
"""Makes of one sample, by its random numbers, what a batch has of it."""

Collate = Callable[[list[Any]], Any]
"""Makes a batch of what a transform answered for each of its samples, in their order."""


def note(error: BaseException, of: str) -> None:
    """Has what a hook raised say of what it was called, where Python's errors can (from 3.11)."""
    if sys.version_info >= (3, 11):
        error.add_note(of)


def as_it_is(sample: dict[str, Any], _: np.random.Generator) -> dict[str, Any]:
    """The sample itself."""
    return sample


def stack(samples: Sequence[Any]) -> dict[str, Any]:
    """Stacks, of dictionaries with the same keys, numbers, arrays and tensors of one shape; lists the rest.

    Raises:
        SettingsError: where they are something else
    """
    if not all(isinstance(sample, Mapping) and sample.keys() == samples[0].keys() for sample in samples):
        raise SettingsError(
            "transform answers a dictionary for each sample, all with the same keys; for anything else give a collate"
        )
    return {name: _stacked([sample[name] for sample in samples]) for name in (samples[0] if samples else ())}


def _stacked(values: list[Any]) -> Any:
    torch: Any = sys.modules.get("torch")
    if torch is not None and all(isinstance(value, torch.Tensor) for value in values):
        return torch.stack(values) if len({value.shape for value in values}) == 1 else values
    if not all(isinstance(value, (bool, int, float, np.number, np.bool_, np.ndarray)) for value in values):
        return values
    arrays = [np.asarray(value) for value in values]
    first = arrays[0]
    if any(array.shape != first.shape or array.dtype.kind not in "biufc" for array in arrays):
        return values
    return np.stack(arrays)


Augment = Callable[[Pixels, np.random.Generator], Pixels]
"""Changes a picture: uint8 [height, width, channels] to the same, by the random numbers of its sample."""


@dataclass(frozen=True)
class Pictures:
    """How pictures are handed out.

    Args:
        side_px: of every picture, or (height, width); None takes those of the first picture of a batch
        pixels: uint8 or float32
        layout: nhwc or nchw
        normalise: a profile's name; of float32 alone
    """

    side_px: int | tuple[int, int] | None = 256
    pixels: str = "uint8"
    layout: str = "nhwc"
    normalise: str = "none"

    def __post_init__(self) -> None:
        require_form(self.pixels, self.layout, self.normalise)
        if self.size and min(self.size) < 1:
            raise SettingsError(f"side_px must be at least 1, was {self.side_px}")

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width in pixels, where they are given."""
        return (self.side_px, self.side_px) if isinstance(self.side_px, int) else self.side_px

    def shape(self, height: int, width: int, channels: int) -> tuple[int, int, int]:
        """Shape of one picture in a batch."""
        return (height, width, channels) if self.layout == "nhwc" else (channels, height, width)


class SampleFormat(NamedTuple):
    """The format that all samples of a run share; the first one decides it.

    Args:
        normalisation: as the records name it
        profile: of normalisation, by which pixels are written
        values: a sample's, by name: ``images``, ``tokens``, and those of the columns
    """

    normalisation: str
    profile: str
    values: Mapping[str, Any]


class _Desks(threading.local):
    """Pictures of each thread that are not decoded where they stay, by shape."""

    def __init__(self) -> None:
        self.by_shape: dict[tuple[int, int, int], Pixels] = {}


@dataclass(eq=False)
class SampleWriter:
    """Checks records and writes them. Thread-safe.

    Args:
        split: that every record must be of: TRAINING, VALIDATION or TEST
        seed: of the run's order; with epoch and pair id it seeds each sample's random numbers
        augment: changes pictures; called in several threads
        transform: gets the pictures, in place of the batch; called in several threads
        caption_dropout: probability with which a caption is left out
        stored: type and shape of further columns of a batch, by name, which others write; of texts, type object
    """

    reader: SampleReader
    topic: str
    split: str
    pictures: Pictures
    seed: int = 0
    augment: Augment | None = None
    transform: Transform | None = None
    caption_dropout: float = 0.0
    stored: Mapping[str, tuple[Any, tuple[int, ...]]] = field(default_factory=dict)
    _desks: _Desks = field(default_factory=_Desks, init=False)

    def site(self, record: Record) -> str:
        """Where a record lies: topic-partition-offset."""
        return f"{self.topic}-{record.partition}-{record.offset}"

    def format_of(self, records: Sequence[Record]) -> SampleFormat:
        """The format of all samples of a run, by its first record.

        Raises:
            SampleRefused: where such records cannot be had in the way that is asked for
        """
        record, sample = records[0], self.read(records[0], keeps_fields=True)
        # Read once: what a set has is fetched for that.
        record.sample = sample._replace(fields={})
        values = dict(zip(("images", "tokens", *self.reader.columns.names), sample.values))
        for other in records[1:]:
            lacking = [name for name, value in values.items() if value is None]
            if not lacking:
                break
            found = dict(zip(values, self.read(other).values))
            values.update((name, found[name]) for name in lacking)
        for name, value in values.items():
            if value is None:
                raise self._refused(record, f"no column '{name}'; there are {', '.join(names_in(sample.fields))}")
        if self.pictures.size:
            height, width = self.pictures.size
            values["images"] = values["images"]._replace(height=height, width=width)
        profile = self.pictures.normalise
        if profile == AS_RECIPE:
            profile = sample.normalisation
            if not profile:
                raise self._refused(record, f"the recipe recommends no normalisation; choose one of {', '.join(PROFILES)}")
            if profile not in PROFILES:
                raise self._refused(
                    record,
                    f"the recipe recommends the normalisation '{profile}', which this feed does not know; "
                    f"choose one of {', '.join(PROFILES)}",
                )
        for picture in values.values():
            if not isinstance(picture, Picture):
                continue
            if picture.channels not in (1, 3):
                raise self._refused(record, f"pictures of {picture.channels} channels, expected 1 or 3")
            if len(PROFILES[profile][0]) > 1 and picture.colour != "rgb":
                raise self._refused(record, f"pictures in {picture.colour}; the profile {profile} is made for rgb")
        return SampleFormat(sample.normalisation, profile, values)

    def arrange(self, slot: Slot, form: SampleFormat) -> None:
        """Makes a slot one of a form."""
        size = len(slot.pair_ids)
        arrays: dict[str, tuple[tuple[int, ...], Any]] = {}
        for name, value in form.values.items():
            if isinstance(value, Picture):
                shape = self.pictures.shape(value.height, value.width, value.channels)
                if self.transform is None:
                    arrays[name] = ((size, *shape), self.pictures.pixels)
                else:
                    # In one piece: of memory for each picture alone, its pages cost a third of decoding it.
                    slot.pictures[name] = np.empty((size, *shape), np.uint8)
            elif isinstance(value, Tokens):
                arrays[name] = ((size, len(value.ids)), np.int32)
                arrays[_mask_of(name)] = ((size, len(value.ids)), np.uint8)
            elif not isinstance(value, (str, list)):
                array = np.asarray(value)
                arrays[name] = ((size, *array.shape), array.dtype)
        arrays.update((name, ((size, *shape), dtype)) for name, (dtype, shape) in self.stored.items() if dtype.kind != "O")
        texts = [name for name, value in form.values.items() if isinstance(value, (str, list))]
        slot.arrange(arrays, [*texts, *(name for name, (dtype, _) in self.stored.items() if dtype.kind == "O")])

    def read(self, record: Record, *, keeps_fields: bool = False) -> Sample:
        """Reads a record, as :meth:`SampleReader.read` does.

        Raises:
            SampleRefused: where it is no prepared pair
        """
        try:
            return self.reader.read(record, keeps_fields=keeps_fields)
        except Malformed as e:
            raise self._refused(record, str(e)) from None

    def write(self, record: Record, sample: Sample, epoch: int, form: SampleFormat, slot: Slot, index: int) -> None:
        """Writes what a batch has of a record.

        Raises:
            SampleRefused: where it is not a sample of this form and of this split
        """
        self._require(record, "split", self.split, sample.split)
        if self.pictures.normalise == AS_RECIPE:
            self._require(record, "normalisation", form.normalisation, sample.normalisation)
        seed = slot.seeds[index] = RandomNumbers(sample.pair_id, epoch, self.seed, "augment").bits()
        is_dropped = slot.dropped[index] = self.caption_dropout > 0.0 and (
            RandomNumbers(sample.pair_id, epoch, self.seed, "caption").next() < self.caption_dropout
        )
        slot.pair_ids[index] = sample.pair_id
        slot.captions[index] = "" if is_dropped else sample.caption
        pictures = {}
        for (name, first), value in zip(form.values.items(), sample.values):
            if isinstance(first, Picture):
                self._require_picture(record, name, first, value)
                pictures[name] = value
            elif isinstance(first, Tokens):
                self._write_tokens(record, name, first, value, is_dropped, slot, index)
            else:
                self._write_value(record, name, first, value, is_dropped, slot, index)
        try:
            if self.transform is not None:
                slot.made[index] = self.transform(_sample_of(slot, index, pictures), _generator(seed))
                return
            for name, picture in pictures.items():
                augment = self.augment if name == "images" else None
                self._write_picture(picture, augment, seed, form.profile, slot.arrays[name][index])
        except Undecodable as e:
            raise self._refused(record, str(e)) from None

    def _require_picture(self, record: Record, name: str, first: Picture, found: Picture | None) -> None:
        if found is None:
            raise self._refused(record, f"has no {name}")
        if found[2:] == first[2:]:
            return
        of = "" if name == "images" else f" of {name}"
        size, hint = (found.height, found.width), ""
        if not of and self.pictures.size:
            side = found.height if found.height == found.width else size
            hint = f"; give side_px={side}, or buckets=True where the recipe makes several shapes"
        self._require(record, f"height in pixels{of}", first.height, found.height, hint)
        self._require(record, f"width in pixels{of}", first.width, found.width, hint)
        self._require(record, f"channels{of}", first.channels, found.channels)
        self._require(record, f"colour{of}", first.colour, found.colour)

    def _write_tokens(
        self, record: Record, name: str, first: Tokens, found: Tokens | None, is_dropped: bool, slot: Slot, index: int
    ) -> None:
        if found is None:
            raise self._refused(record, f"has no {name}")
        length = len(found.ids)
        if length != len(first.ids) or not 0 <= found.token_count <= length or len(found.empty_ids) > length:
            of = "" if name == "tokens" else f" of {name}"
            self._require(record, f"token ids{of}", len(first.ids), length)
            raise self._refused(record, f"token count {found.token_count} of {length} token ids{of}")
        count = found.empty_count if is_dropped else found.token_count
        ids = slot.arrays[name][index]
        ids[:] = found.pad_id if is_dropped else found.ids
        if is_dropped:
            ids[: len(found.empty_ids)] = found.empty_ids
        mask = slot.arrays[_mask_of(name)]
        mask[index, :count] = 1
        mask[index, count:] = 0

    def _write_value(self, record: Record, name: str, first: Any, found: Any, is_dropped: bool, slot: Slot, index: int) -> None:
        if found is not None:
            self._require(record, f"{name} as", type(first).__name__, type(found).__name__)
        if isinstance(first, str):
            slot.texts[name][index] = "" if found is None or (is_dropped and is_of_caption(name)) else found
        elif isinstance(first, list):
            slot.texts[name][index] = list(found or ())
        elif found is not None:
            slot.arrays[name][index] = found
        else:
            slot.arrays[name][index] = np.nan if isinstance(first, (float, np.floating)) else 0

    def _write_picture(
        self, picture: Picture, augment: Augment | None, seed: int, profile: str, target: npt.NDArray[Any]
    ) -> None:
        writer = _pixel_writer(self.pictures.pixels, self.pictures.layout, profile, picture.channels)
        if writer.is_stored and augment is None:
            decode(picture.encoding, picture.image, target)
            return
        shape = (picture.height, picture.width, picture.channels)
        desk = self._desks.by_shape.get(shape)
        if desk is None:
            desk = self._desks.by_shape[shape] = np.empty(shape, np.uint8)
        decode(picture.encoding, picture.image, desk)
        changed = desk if augment is None else augment(desk, _generator(seed))
        if changed.shape != shape or changed.dtype != np.uint8:
            raise SettingsError(
                f"augment makes {changed.dtype}{list(changed.shape)} of uint8{list(shape)}; it must keep type and shape"
            )
        writer.write(changed, target)

    def _require(self, record: Record, what: str, expected: object, found: object, hint: str = "") -> None:
        if expected != found:
            raise self._refused(record, f"expected {what} {expected}, found {found}{hint}")

    def _refused(self, record: Record, reason: str) -> SampleRefused:
        return SampleRefused(f"{self.site(record)}: {reason}")


_pixel_writer = lru_cache(maxsize=16)(PixelWriter)


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _mask_of(name: str) -> str:
    """The mask of a column of token ids."""
    return "mask" + name.removeprefix("tokens")


def _sample_of(slot: Slot, index: int, pictures: Mapping[str, Picture]) -> dict[str, Any]:
    """A copy of a sample for a transform, which may keep and change it."""
    sample: dict[str, Any] = {"pair_id": slot.pair_ids[index], "caption": slot.captions[index]}
    sample["dropped"] = slot.dropped[index]
    for name, picture in pictures.items():
        pixels = slot.pictures[name][index]
        decode(picture.encoding, picture.image, pixels)
        sample["image" if name == "images" else name] = pixels
    sample.update((name, array[index].copy()) for name, array in slot.arrays.items())
    sample.update((name, texts[index]) for name, texts in slot.texts.items())
    return sample
