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
    address: str | os.PathLike[str] = "",
    *,
    registry: str = "",
    platform: str | os.PathLike[str] | None = None,
    dataset: str = "",
    split: Literal["training", "validation", "test"] = "training",
    client: Mapping[str, Any] | None = None,
    registry_client: Mapping[str, Any] | None = None,
    storage: Mapping[str, Any] | None = None,
    cache: str | os.PathLike[str] | None = None,
) -> Source:
    """Opens a split of a data set: of a set, or of a platform's.

    A platform needs ``pip install "pairstream[kafka]"``, a set in a bucket ``pip install "pairstream[s3]"``.

    Args:
        address: of a set: ``s3://BUCKET/PREFIX``, ``file:///FOLDER`` or its folder; or of a platform's brokers:
            ``host:port`` with commas between
        registry: address of the schema registry, with the path that some need: Apicurio's ends in /apis/ccompat/v7
        platform: instead of both, the data directory of a platform that runs on this machine
        dataset: prefix of the data set's topics, by default ``pairs``; a set says itself of which data set it is
        split: training, validation or test
        client: further settings of librdkafka's clients, such as those of security
        registry_client: further settings of Confluent's schema registry client
        storage: settings of a bucket's client, which it else takes of the environment as AWS' tools do:
            ``endpoint_url``, ``region_name``, ``profile``, ``anonymous``, ``aws_access_key_id``,
            ``aws_secret_access_key``, ``aws_session_token``, ``verify``
        cache: folder for what was read of a bucket, shared by a machine's processes; by default that of
            ``PAIRSTREAM_CACHE``, or ``pairstream/sets`` in the user's cache

    Raises:
        SettingsError: where an address is missing, no platform runs in the directory, or the registry's address is
            something else's
        Missing: where there is no set
        Unavailable: where the registry or the bucket does not answer
    """
    address = os.fspath(address)
    if "://" in address or (address and Path(address).is_dir()) or address.startswith((".", os.sep)):
        if registry or platform is not None or client or registry_client:
            raise SettingsError(f"{address} is a set, which has no registry and no client: leave the arguments of a platform out")
        # With its packages, which take time to load.
        from pairstream.sets.source import open_set

        source: Source = open_set(address, split, storage, cache)
        if dataset not in ("", source.dataset):
            raise SettingsError(f"the set at {address} is of the data set {source.dataset}, not of {dataset}")
        return source
    if storage or cache is not None:
        raise SettingsError("storage and cache are of sets, and this is the address of a platform")
    if platform is not None:
        found = _platform(Path(platform))
        address = address or found["bootstrap_servers"]
        registry = registry or found["schema_registry"]
    if address and not registry:
        raise SettingsError(
            f"there is no folder {address}; a set is a folder, file:///FOLDER or s3://BUCKET/PREFIX, and with the address of "
            "brokers, host:port, the registry's is needed"
        )
    if not address:
        raise SettingsError(
            "a source needs the address or folder of a set, the brokers' addresses and the registry's, or a platform's directory"
        )
    if not registry.startswith(("http://", "https://")):
        raise SettingsError(f"a registry's address begins with http:// or https://, not {registry}")
    try:
        from pairstream.platform.source import connect
    except ImportError as e:
        raise SettingsError(f'a platform is read with the packages of pip install "pairstream[kafka]": {e}') from None
    return connect(address, registry, dataset or "pairs", split, client or {}, registry_client)


def _platform(directory: Path) -> dict[str, str]:
    file = directory / "platform.json"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {name: str(found[name]) for name in ("bootstrap_servers", "schema_registry")}
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise SettingsError(f"no platform runs in {directory}: cannot read {file}: {e}") from None
