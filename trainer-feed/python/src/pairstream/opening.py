"""Opening a split of a data set."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pairstream.errors import SettingsError
from pairstream.source import Source


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
    """Opens a split of a data set on a platform; needs ``pip install "pairstream[kafka]"``.

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
    try:
        from pairstream.platform.source import connect
    except ImportError as e:
        raise SettingsError(f'a platform is read with the packages of pip install "pairstream[kafka]": {e}') from e
    return connect(bootstrap, registry, dataset, split, client or {}, registry_client)


def _platform(directory: Path) -> dict[str, str]:
    file = directory / "platform.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {name: str(found[name]) for name in ("bootstrap_servers", "schema_registry")}
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise SettingsError(f"no platform runs in {directory}: cannot read {file}: {e}") from e
