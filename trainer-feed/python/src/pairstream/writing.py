"""Checking records and writing them to their places in a batch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pairstream.errors import SampleRefused, SettingsError
from pairstream.pixels import AS_RECIPE, PROFILES, Pixels, PixelWriter, Undecodable, decode, require_form
from pairstream.random_numbers import RandomNumbers
from pairstream.records import Malformed, Sample, SampleReader
from pairstream.slots import Form, Slot
from pairstream.takedowns import keys_of
from pairstream.windows import Record


Augment = Callable[[Pixels, np.random.Generator], Pixels]
"""Changes a picture: uint8 [height, width, channels] to the same, by the random numbers of its sample."""


@dataclass(frozen=True)
class Pictures:
    """How pictures are handed out.

    Args:
        side_px: of every picture, or (height, width)
        pixels: uint8 or float32
        layout: nhwc or nchw
        normalise: a profile's name; of float32 alone
    """

    side_px: int | tuple[int, int] = 256
    pixels: str = "uint8"
    layout: str = "nhwc"
    normalise: str = "none"

    def __post_init__(self) -> None:
        require_form(self.pixels, self.layout, self.normalise)
        if min(self.size) < 1:
            raise SettingsError(f"side_px must be at least 1, was {self.side_px}")

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return (self.side_px, self.side_px) if isinstance(self.side_px, int) else self.side_px

    def shape(self, channels: int) -> tuple[int, int, int]:
        """Shape of one picture in a batch."""
        height, width = self.size
        return (height, width, channels) if self.layout == "nhwc" else (channels, height, width)


class SampleWriter:
    """Checks records and writes them. Thread-safe.

    Args:
        split: that every record must be of: TRAINING, VALIDATION or TEST
        seed: of the run's order; with epoch and pair id it seeds each sample's random numbers
        augment: changes pictures; called in several threads
    """

    def __init__(
        self,
        reader: SampleReader,
        topic: str,
        split: str,
        pictures: Pictures,
        seed: int = 0,
        augment: Augment | None = None,
    ) -> None:
        self._reader = reader
        self._topic = topic
        self._split = split
        self._pictures = pictures
        self._seed = seed
        self._augment = augment
        self._desks = threading.local()

    def site(self, record: Record) -> str:
        """Where a record lies: topic-partition-offset."""
        return f"{self._topic}-{record.partition}-{record.offset}"

    def form_of(self, record: Record) -> Form:
        """What a run's first record says about all of them.

        Raises:
            SampleRefused: where such records cannot be had in the way that is asked for
        """
        sample = self.read(record)
        if sample.channels not in (1, 3):
            raise self._refused(record, f"pictures of {sample.channels} channels, expected 1 or 3")
        profile = self._pictures.normalise
        if profile == AS_RECIPE:
            profile = sample.normalisation
            if not profile:
                raise self._refused(
                    record, f"the recipe recommends no normalisation; choose one of {', '.join(PROFILES)}"
                )
            if profile not in PROFILES:
                raise self._refused(
                    record,
                    f"the recipe recommends the normalisation '{profile}', which this feed does not know; "
                    f"choose one of {', '.join(PROFILES)}",
                )
        if len(PROFILES[profile][0]) > 1 and sample.colour != "rgb":
            raise self._refused(record, f"pictures in {sample.colour}; the profile {profile} is made for rgb")
        return Form(len(sample.tokens), sample.channels, sample.colour, sample.normalisation, profile)

    def pixel_writer(self, form: Form) -> PixelWriter:
        """What writes pictures of a form."""
        return PixelWriter(self._pictures.pixels, self._pictures.layout, form.profile, form.channels)

    def read(self, record: Record) -> Sample:
        """Reads a record.

        Raises:
            SampleRefused: where it is no prepared pair
        """
        try:
            return self._reader.read(record.value)
        except Malformed as e:
            raise self._refused(record, str(e)) from e

    def keys(self, record: Record) -> tuple[str, ...]:
        """Keys of the takedowns that a record falls under, once there are any.

        What :meth:`write` needs is kept with the record, in few objects: windows hold thousands of records, and the
        garbage collector walks over all of them.

        Raises:
            SampleRefused: where it is no prepared pair
        """
        sample = self.read(record)
        tokens = np.array(sample.tokens, np.int32)
        record.sample = sample._replace(tokens=tokens, fields={"fold": sample.fields.get("fold", 0)})
        return keys_of(sample.fields)

    def write(
        self, record: Record, sample: Sample, epoch: int, form: Form, writer: PixelWriter, slot: Slot, index: int
    ) -> None:
        """Writes a record's image and token ids.

        Raises:
            SampleRefused: where it is not a sample of this form and of this split
        """
        height, width = self._pictures.size
        self._require(record, "split", self._split, sample.split)
        self._require(record, "token ids", form.tokens, len(sample.tokens))
        self._require(record, "height in pixels", height, sample.height)
        self._require(record, "width in pixels", width, sample.width)
        self._require(record, "channels", form.channels, sample.channels)
        self._require(record, "colour", form.colour, sample.colour)
        if self._pictures.normalise == AS_RECIPE:
            self._require(record, "normalisation", form.normalisation, sample.normalisation)
        if not 0 <= sample.token_count <= form.tokens:
            raise self._refused(record, f"token count {sample.token_count} of {form.tokens} token ids")
        try:
            seed = slot.seeds[index] = RandomNumbers(sample.pair_id, epoch, self._seed, "augment").bits()
            self._write_image(sample, seed, writer, slot.images[index])
        except Undecodable as e:
            raise self._refused(record, str(e)) from e
        slot.tokens[index] = sample.tokens
        slot.mask[index, : sample.token_count] = 1
        slot.mask[index, sample.token_count :] = 0
        slot.pair_ids[index] = sample.pair_id
        slot.captions[index] = sample.caption
        slot.folds[index] = sample.fields.get("fold", 0)

    def _write_image(self, sample: Sample, seed: int, writer: PixelWriter, target: Any) -> None:
        if writer.is_stored and not self._augment:
            decode(sample.encoding, sample.image, target)
            return
        shape = (sample.height, sample.width, sample.channels)
        desk = getattr(self._desks, "picture", None)
        if desk is None or desk.shape != shape:
            desk = self._desks.picture = np.empty(shape, np.uint8)
        decode(sample.encoding, sample.image, desk)
        picture = self._augment(desk, np.random.Generator(np.random.PCG64(seed))) if self._augment else desk
        if picture.shape != shape or picture.dtype != np.uint8:
            raise SettingsError(
                f"augment makes {picture.dtype}{list(picture.shape)} of uint8{list(shape)}; it must keep type and shape"
            )
        writer.write(picture, target)

    def _require(self, record: Record, what: str, expected: object, found: object) -> None:
        if expected != found:
            raise self._refused(record, f"expected {what} {expected}, found {found}")

    def _refused(self, record: Record, reason: str) -> SampleRefused:
        return SampleRefused(f"{self.site(record)}: {reason}")
