"""Where samples come from: one split of a data set."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pairstream.errors import SettingsError
from pairstream.index.cut import cut
from pairstream.index.lookup import facts_of
from pairstream.index.profile import profile
from pairstream.kafka.avro import Schemas
from pairstream.kafka.cluster import Cluster
from pairstream.read.split import AnyView, Split
from pairstream.runs.changing_mix import Mix, change_mix
from pairstream.runs.growing_view import DEFAULT_WAIT_S, Follow
from pairstream.views.view import View


class Source(Split):
    """One split of a data set on a Kafka cluster. May be pickled: with its addresses and settings, secrets among them.

    Attributes:
        split: training, validation or test
        topic: name of the split's topic: ``pairs.training``
    """

    def cut(self, where: str | Sequence[str] = ()) -> View:
        """Cuts a view of the pairs that the split holds now, without those that fall under a takedown.

        Reads the index of the data set, and only those records themselves that the index has not yet.

        Args:
            where: a condition, or several that all have to hold, such as ``language=en,de``, ``measure.sharpness>=50`` or
                ``answer.nsfw<=0.3``; a pair without that answer is left out, and a warning says how many are. Limits of
                answers with ``when-outside: hold`` or ``reject`` in the data set's recipe are added

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
        """Counts of what a view is made of, by the index of the data set; reads no pair.

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

    def follow(self, name: str, *, run: str, extent: Literal["all", "new"] = "all", wait_s: float = DEFAULT_WAIT_S) -> Follow:
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


def open(
    bootstrap: str = "",
    *,
    registry: str = "",
    platform: str | os.PathLike[str] | None = None,
    dataset: str = "pairs",
    split: Literal["training", "validation", "test"] = "training",
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
    cluster = Cluster({"bootstrap.servers": bootstrap, **(client or {})}, f"{dataset}-feed")
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
