"""Objects of a set: files below a folder, or objects below a prefix in a bucket."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from pairstream.errors import Missing, SettingsError, Unavailable, ViewError
from pairstream.sets.bucket import CHANGED, Bucket, Failed, Refused
from pairstream.threads import Notice, PerProcess

T = TypeVar("T")

_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", re.IGNORECASE)
_SETTINGS = frozenset({
    "endpoint_url", "region_name", "profile", "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "verify",
    "anonymous",
})  # fmt: skip
_TRIES = 12
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Store:
    """Objects by their keys, relative to a set's root. May be pickled, with its settings, secrets among them. Thread-safe.

    What fails for a while is asked again, with pauses that grow to 5 s, 12 times in all; credentials that have expired are
    looked up anew.

    Args:
        url: ``s3://bucket/prefix``, ``file:///folder`` or a folder
        storage: of a bucket's client: ``endpoint_url`` (else ``AWS_ENDPOINT_URL``), ``region_name``, ``profile``,
            ``aws_access_key_id``, ``aws_secret_access_key``, ``aws_session_token``, ``verify``; ``anonymous=True`` sends no
            credentials, as happens where there are none

    Attributes:
        url: without a slash at its end
        is_local: whether objects are files of this machine

    Raises:
        SettingsError: where the address or a setting is none, or what reads buckets is not installed
    """

    def __init__(self, url: str, storage: Mapping[str, Any] | None = None) -> None:
        parts = urlsplit(url)
        self._storage = dict(storage or {})
        if unknown := sorted(self._storage.keys() - _SETTINGS):
            raise SettingsError(f"storage has no setting {unknown[0]}; there are {', '.join(sorted(_SETTINGS))}")
        self.is_local = parts.scheme != "s3"
        if self.is_local:
            if "://" in url and (parts.scheme != "file" or parts.netloc not in ("", "localhost")):
                raise SettingsError(f"a set is at s3://BUCKET/PREFIX, file:///FOLDER or in a folder, not at {parts.scheme}://…")
            self._folder = Path(unquote(parts.path) if parts.scheme == "file" else url)
            self.url = str(self._folder)
            return
        prefix = parts.path.strip("/")
        if not _BUCKET.fullmatch(parts.netloc) or "//" in prefix or parts.query or parts.fragment:
            raise SettingsError("a set in a bucket is at s3://BUCKET/PREFIX, without user, password, query or //")
        self._bucket, self._prefix = parts.netloc, f"{prefix}/" if prefix else ""
        self.url = f"s3://{parts.netloc}/{prefix}".rstrip("/")
        self._clients = PerProcess(lambda: Bucket(self._storage))
        self._is_stopped = False
        self._wake = Notice()

    def __reduce__(self) -> tuple[Any, ...]:
        return Store, (self.url, self._storage)

    def stopping(self) -> Store:
        """A store of the same objects, which :meth:`stop` ends alone."""
        return Store(self.url, self._storage)

    def stop(self) -> None:
        """Tries nothing again from now on. Finalizers may call it."""
        if not self.is_local:
            self._is_stopped = True
            self._wake.give()

    def site(self, key: str) -> str:
        """Where an object is, as messages name it."""
        return f"{self.url}/{key}"

    def names(self, folder: str) -> list[str]:
        """Keys directly below a folder, in order.

        Raises:
            Unavailable: where they cannot be listed
        """
        if self.is_local:
            try:
                return sorted(f"{folder}/{entry.name}" for entry in os.scandir(self._folder / folder))
            except FileNotFoundError:
                return []
            except OSError as e:
                raise Unavailable(f"{self.site(folder)} cannot be listed: {e.strerror}") from None
        return self._tried(folder, lambda client: client.names(self._bucket, f"{self._prefix}{folder}/", len(self._prefix)))

    def read(self, key: str, most: int) -> bytes:
        """A whole object.

        Args:
            most: bytes that it may have

        Raises:
            Missing: where it is not there
            ViewError: where it is larger
            Unavailable: where it cannot be read
        """
        found = self._file(key, 0, most + 1) if self.is_local else self._object(key, None, most + 1)
        if len(found) > most:
            raise ViewError(f"{self.site(key)} has more than {most} bytes: it is no part of a set")
        return found

    def read_range(self, key: str, offset: int, length: int, size: int) -> bytes:
        """Some bytes of an object.

        Args:
            size: of the object, as its set says

        Raises:
            Missing: where it is not there
            ViewError: where it has another size
            Unavailable: where it cannot be read
        """
        if self.is_local:
            found = self._file(key, offset, length)
        else:
            found = self._object(key, (offset, size), length)
        if len(found) < length:
            raise ViewError(f"{self.site(key)} ends before byte {offset + length}, of {size}: {_AGAIN}")
        return found

    def expect(self, key: str, offset: int, length: int) -> None:
        """Has a folder's system read some bytes ahead."""
        with open(self._folder / key, "rb", buffering=0) as file:
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), offset, length, os.POSIX_FADV_WILLNEED)

    def _file(self, key: str, offset: int, length: int) -> bytes:
        try:
            with open(self._folder / key, "rb", buffering=0) as file:
                file.seek(offset)
                length = min(length, max(0, os.fstat(file.fileno()).st_size - offset))
                found = file.read(length)
                # A network's file systems may answer less than is there.
                while len(found) < length and (more := file.read(length - len(found))):
                    found += more
                return found
        except FileNotFoundError:
            raise Missing(f"there is no {self.site(key)}: {_AGAIN}") from None
        except OSError as e:
            raise Unavailable(f"{self.site(key)} cannot be read: {e.strerror}") from None

    def _object(self, key: str, part: tuple[int, int] | None, length: int) -> bytes:
        return self._tried(key, lambda client: client.get(self._bucket, self._prefix + key, part, length))

    def _tried(self, key: str, ask: Callable[[Bucket], T]) -> T:
        """An answer of the store, asked for until it is whole."""
        pause_s, is_renewed, number = _FIRST_PAUSE_S, False, 0
        while True:
            client, number = self._clients(), number + 1
            try:
                return ask(client)
            except Refused as e:
                if e.status in (401, 403) and not is_renewed:
                    is_renewed = True
                    client.renew()
                    continue
                raise self._error(key, e) from None
            except Failed as e:
                if number < _TRIES and not self._is_stopped:
                    self._wake.wait(pause_s * random.uniform(0.5, 1))
                if self._is_stopped:
                    # The next one that pauses wakes up, too.
                    self._wake.give()
                if number == _TRIES or self._is_stopped:
                    raise Unavailable(f"{self.site(key)} cannot be read, tried {number} times: {e}") from None
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _error(self, key: str, refused: Refused) -> Exception:
        site, code = self.site(key), refused.code
        if refused.status == 404:
            is_bucket = code == "NoSuchBucket"
            return Missing(f"there is no bucket {self._bucket}" if is_bucket else f"there is no {site}: {_AGAIN}")
        if refused.status in (401, 403):
            return Unavailable(
                f"{site} may not be read ({code}): check the credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID), or open a public set "
                "with storage={'anonymous': True}"
            )
        if refused.status == 416:
            return ViewError(f"{site} is shorter than its set says: {_AGAIN}")
        if code == CHANGED:
            return ViewError(f"{site} has {refused.status} bytes, not those that its set says: it was replaced; {_AGAIN}")
        return Unavailable(f"{site} cannot be read ({refused.status} {code}): check endpoint_url and region_name")


_AGAIN = "the set was copied by halves, or export has replaced it; copy it again, with manifests last, or open it again"
