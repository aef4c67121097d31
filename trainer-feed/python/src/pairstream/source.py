"""Where samples come from: one split of a data set."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from pairstream.cutting import cut
from pairstream.errors import PositionRefused, SampleRefused, SettingsError
from pairstream.following import DEFAULT_WAIT_S, Follow
from pairstream.indexing import facts_of
from pairstream.kafka import Cluster
from pairstream.mixing import Mix, change_mix
from pairstream.named import GrowingView
from pairstream.profiling import profile
from pairstream.records import Malformed, Sample, SampleReader, Schemas
from pairstream.takedowns import Takedowns
from pairstream.view import Blocks, View
from pairstream.windows import Record, WindowLoader

AnyView = View | str | os.PathLike[str]
"""A view, or its file or name, as :meth:`Source.view` takes it."""

Views = View | Sequence[tuple[View, int]] | Follow | Mix
"""What a loader passes over."""

_SPLITS = ("training", "validation", "test")


class Source:
    """One split of a data set on a Kafka cluster. May be pickled: with its addresses and settings, secrets among them.

    Attributes:
        split: training, validation or test
        topic: name of the split's topic: ``pairs.training``
    """

    def __init__(self, cluster: Cluster, schemas: Schemas, dataset: str, split: str) -> None:
        if split not in _SPLITS:
            raise SettingsError(f"a split is {', '.join(_SPLITS)}, not {split}")
        self.cluster = cluster
        self.schemas = schemas
        self.dataset = dataset
        self.split = split
        self.topic = f"{dataset}.{split}"

    def cut(self, where: str | Sequence[str] = ()) -> View:
        """Cuts a view of the pairs that the split holds now, without those that fall under a takedown.

        Reads the index of the data set, and only those records themselves that the index has not yet.

        Args:
            where: a condition, or several that all have to hold, such as ``language=en,de`` or ``measure.sharpness>=50``

        Raises:
            SettingsError: where a condition is none
            ViewError: where there is no such pair
            Unavailable: where the broker does not answer or has no such topic
        """
        # A text is a sequence of letters.
        return cut(self.cluster, self.schemas, self.dataset, self.split, [where] if isinstance(where, str) else where)

    def indexed(self, view: AnyView) -> View:
        """The view with what the index knows of each sample: shape, picture and kind of source, 6 bytes together.

        ``buckets`` and ``captions`` of a loader need it. Reads the index once; keep the view in a file that does not
        end in ``.json``.

        Raises:
            SettingsError: where the view is one of another topic
            PositionRefused: where records of the view have left the log
            Unavailable: where the broker or the registry does not answer
        """
        view = self.as_view(view)
        self.require(view)
        return replace(view, facts=facts_of(view, self.cluster, self.schemas, self.dataset, self.split))

    def profile(self, view: AnyView, measures: Sequence[str] = ()) -> dict[str, Any]:
        """What a view is made of, as the index of the data set tells it; reads no pair.

        Args:
            measures: of which quantiles are wanted, such as ``sharpness``

        Returns:
            ``samples``; ``unknown``, how many of them the index does not know: they are withdrawn, or newer; of the
            others ``counts``, of each text and of ``size`` (WIDTHxHEIGHT) the 20 most frequent, then ``other``; and
            ``quantiles`` by their share, of ``token_count``, ``width``, ``height``, ``bytes`` and measures, with
            ``known``, how many samples have it

        Raises:
            SettingsError: where the view is one of another topic
            PositionRefused: where records of the view have left the log
            Unavailable: where the broker or the registry does not answer
        """
        view = self.as_view(view)
        self.require(view)
        return profile(view, self.cluster, self.schemas, self.dataset, self.split, measures)

    def view(self, name: str | os.PathLike[str]) -> View:
        """Reads a view from a file, or by its name from the topic of views.

        What exists as a file, holds a ``/`` or ends in ``.view`` or ``.json`` is a file. Of a view that still grows,
        it is what is there now; to train while it grows, :meth:`follow` it.

        Raises:
            ViewError: where there is no such view, or the file holds something else
            Unavailable: where the broker does not answer
        """
        return self.stand(os.fspath(name))[0]

    def as_view(self, view: AnyView) -> View:
        """The view itself, or the one of its file or name.

        Raises:
            SettingsError: where it is something else
        """
        if isinstance(view, (str, os.PathLike)):
            return self.view(view)
        if not isinstance(view, View):
            raise SettingsError(
                "a view is what source.cut or source.view answers, or the name or file of one; a mix is a list of views "
                f"with whole weights, [(english, 7), (chinese, 3)]; not {type(view).__name__}"
            )
        return view

    def resolved(self, view: AnyView | Sequence[tuple[AnyView, int]] | Follow | Mix) -> Views:
        """What a loader passes over, with views in the place of names and files.

        Raises:
            SettingsError: where it is something else
        """
        if isinstance(view, (Follow, Mix)):
            return view
        if isinstance(view, (list, tuple)) and all(isinstance(part, tuple) and len(part) == 2 for part in view):
            return [(self.as_view(part), weight) for part, weight in view]
        return self.as_view(view)  # type: ignore[arg-type]  # it refuses what is something else

    def stand(self, name: str, segments: int | None = None) -> tuple[View, int]:
        """A view as :meth:`view` answers it, and the number of its segments: as it is now, or as it was when it had so
        many; those of a file are 0."""
        is_file = "/" in name or os.sep in name or name.endswith((".view", ".json")) or Path(name).exists()
        if segments == 0 or (segments is None and is_file):
            return View.load(name), 0
        growing = GrowingView(self.cluster, self.schemas, self.dataset, name)
        try:
            found = growing.look()
        finally:
            growing.close()
        return found.view(0, segments), segments or len(found.segments)

    def follow(self, name: str, *, run: str, extent: str = "all", wait_s: float = DEFAULT_WAIT_S) -> Follow:
        """A named view as it grows, for a :class:`pairstream.Loader`.

        Args:
            name: of the view
            run: a name of the run, the same for all its ranks; a run that is begun again under its name repeats itself
            extent: all, each epoch covers the view from its beginning; or new, what came since the epoch before
            wait_s: how long a loader waits for the view's first segment, in seconds
        """
        return Follow(name, run, extent, wait_s)

    def mix(self, run: str, weights: Mapping[str, int]) -> Mix:
        """A mix whose weights and views :meth:`change_mix` changes while it goes on, for a :class:`pairstream.Loader`.

        Args:
            run: a name of the run, the same for all its ranks; a run that is begun again under its name repeats itself,
                with its changes
            weights: with which the run begins: whole numbers of at least 1, together at most 1000, by the views' names
                as :meth:`view` takes them; files lie where every rank finds them

        Raises:
            SettingsError: where no run is called so, or a weight cannot be
        """
        return Mix(run, tuple(weights.items()))

    def change_mix(self, run: str, weights: Mapping[str, int], *, at_step: int, batch_size: int) -> None:
        """Changes the mix of a run, for all its ranks at the same step.

        Each view goes on where it was; one that is new begins at its beginning, one that is left out goes on once it
        comes back. Of two changes at one step the later one holds.

        Args:
            run: name of the run
            weights: from that step on, of all views of the mix; named views that the run knows stay as they came in
            at_step: number of a batch that no rank has loaded yet, from 1
            batch_size: of all ranks together, by which steps are counted

        Raises:
            SettingsError: where the run has not begun, a weight cannot be, a view has fewer samples than the run has
                lanes, or ranks may have loaded the step: the message says which one is possible
            Unavailable: where the broker or the registry does not answer; the change may have been noted still
        """
        change_mix(self, run, weights, at_step, batch_size)

    def captions(self, view: AnyView) -> Iterator[tuple[str, str]]:
        """A view's pair ids and captions, as :meth:`samples` hands them out. Decodes no image."""
        return ((sample.pair_id, sample.caption) for sample in self.samples(view))

    def samples(self, view: AnyView) -> Iterator[Sample]:
        """A view's pairs as they are stored, in the view's own order; those that are withdrawn are left out.

        Raises:
            SettingsError: where the view is one of another topic
            PositionRefused: where records of the view have left the log
            SampleRefused: where a record is no prepared pair
            Unavailable: where the broker or the registry does not answer
        """
        view = self.as_view(view)
        self.require(view)
        for _, sample in self.living(view):
            yield sample

    def living(self, view: View) -> Iterator[tuple[Record, Sample]]:
        """As :meth:`samples`, with the records; of a view that :meth:`require` has checked."""
        reader = SampleReader(self.schemas, self.topic)
        takedowns = Takedowns(self.cluster, f"{self.dataset}.takedowns")
        loader = WindowLoader(1, self.cluster, takedowns, lambda record: ())
        try:
            for number in range(len(view.blocks)):
                for record in loader.read(view, number):
                    if record is None:
                        continue
                    try:
                        sample = reader.read(record.value)
                    except Malformed as e:
                        site = f"{self.topic}-{record.partition}, offset {record.offset}"
                        raise SampleRefused(f"{site}: {e}") from e
                    if not takedowns.hold(sample.fields):
                        yield record, sample
        finally:
            loader.stop()
            loader.close()
            takedowns.close()

    def require(self, view: View) -> None:
        """Checks that all of a view's records are still there to be read.

        Raises:
            SettingsError: where it is one of another topic
            PositionRefused: where the topic is another one of that name, or records have left it
            Unavailable: where the broker does not answer or has no such topic
        """
        if view.topic != self.topic:
            raise SettingsError(f"the view is one of {view.topic}, not of {self.topic}")
        topic = self.cluster.topic(view.topic)
        if topic.id != view.topic_id:
            raise PositionRefused(
                f"{topic.name} is not the topic that the view was cut from: it has been made anew "
                f"(topic id {topic.id}, view {view.topic_id})"
            )
        partitions, firsts = np.unique(Blocks.of(view.blocks).partition, return_index=True)
        begins = self.cluster.begins(topic.name, partitions.tolist())
        ends = self.cluster.ends(topic.name, partitions.tolist())
        for first, behind in pairwise([*firsts.tolist(), len(view.blocks)]):
            block, last = view.blocks[first], view.blocks[behind - 1]
            site = f"{topic.name}-{block.partition}"
            begin, end = begins[block.partition], ends[block.partition]
            if block.begin < begin:
                raise PositionRefused(
                    f"{site} begins at {begin}: records of the view, from {block.begin} on, have left the log"
                )
            if last.end > end:
                raise PositionRefused(
                    f"{site} ends at {end}, before the view's {last.end}: records were lost, or the view is "
                    "another cluster's"
                )


def open(  # noqa: A001 - the package's own verb
    bootstrap: str = "",
    *,
    registry: str = "",
    platform: str | os.PathLike[str] | None = None,
    dataset: str = "pairs",
    split: str = "training",
    client: Mapping[str, Any] | None = None,
    registry_client: Mapping[str, Any] | None = None,
) -> Source:
    """Opens a split of a data set.

    Args:
        bootstrap: the brokers' addresses, ``host:port`` with commas between
        registry: address of the schema registry, with the path that some need: Apicurio's ends in /apis/ccompat/v7
        platform: instead of both, the data directory of a platform that runs on this machine
        dataset: prefix of the data set's topics
        split: training, validation or test
        client: further settings of librdkafka's clients, such as those of security
        registry_client: further settings of Confluent's schema registry client

    Raises:
        SettingsError: where an address is missing, no platform runs in the directory, or the registry's address is
            something else's
        Unavailable: where the registry does not answer
    """
    if platform is not None:
        found = _platform(Path(platform))
        bootstrap = bootstrap or found["bootstrap_servers"]
        registry = registry or found["schema_registry"]
    if not bootstrap or not registry:
        raise SettingsError("a source needs the brokers' addresses and the registry's, or a platform's directory")
    if not registry.startswith(("http://", "https://")):
        raise SettingsError(f"a registry's address begins with http:// or https://, not {registry}")
    cluster = Cluster({"bootstrap.servers": bootstrap, **(client or {})})
    source = Source(cluster, Schemas(registry, registry_client), dataset, split)
    source.schemas.probe(source.topic)
    return source


def _platform(directory: Path) -> dict[str, str]:
    file = directory / "platform.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {name: str(found[name]) for name in ("bootstrap_servers", "schema_registry")}
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise SettingsError(f"no platform runs in {directory}: cannot read {file}: {e}") from e
