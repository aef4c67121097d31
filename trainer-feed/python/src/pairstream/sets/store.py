"""Objects of a set: files below a folder, or objects below a prefix in a bucket, by S3's protocol."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.etree import ElementTree

from pairstream.errors import Missing, SettingsError, Unavailable, ViewError
from pairstream.threads import Notice, PerProcess

_CONNECTIONS = 24
"""Most requests at a time of one process."""

_CONNECT_S = 10
_SILENCE_S = 20
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_REDIRECTS = 4
_SLICED = 16 << 20
"""Largest object that is taken whole where a store does not answer ranges."""

_LISTED = ("Key", "NextContinuationToken")
_MOST_LISTED = 16 << 20
_MOST_SAID = 1 << 16
CHANGED = "of another size"


class Failed(Exception):
    """A request that may go well when it is tried again."""


class Refused(Exception):
    """An answer that stays the same.

    Args:
        status: of HTTP
        code: of the store, or of what is wrong
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Bucket:
    """A client of one process, of botocore's parts: its own client takes twice the processor's time. Thread-safe."""

    def __init__(self, storage: Mapping[str, Any]) -> None:
        try:
            import botocore.exceptions
            import botocore.httpsession
            import botocore.session
            import botocore.utils
        except ImportError:
            raise SettingsError('sets in buckets need a client: pip install "pairstream[s3]"') from None
        self._storage = storage
        try:
            self.renew()
            asked = botocore.session.Session(profile=storage.get("profile"))
            given = asked.get_scoped_config().get("endpoint_url")
            given = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or given
            self._endpoint = (storage.get("endpoint_url") or given or "").rstrip("/")
            known = os.environ.get("AWS_REGION", asked.get_config_variable("region"))
            self._region = storage.get("region_name") or known or "us-east-1"
            verify = storage.get("verify", asked.get_config_variable("ca_bundle") or True)
        except botocore.exceptions.BotoCoreError as e:
            raise SettingsError(f"the storage cannot be: {e}") from None
        if self._endpoint and not re.match("https?://[^/@]+", self._endpoint):
            raise SettingsError("endpoint_url begins with http:// or https://, and has neither user nor password")
        proxies = botocore.utils.get_environ_proxies(self._endpoint or "https://s3.amazonaws.com")
        self._http = botocore.httpsession.URLLib3Session(verify, proxies, (_CONNECT_S, _SILENCE_S), _CONNECTIONS)

    def renew(self) -> None:
        """Looks the credentials up anew."""
        import botocore.credentials
        import botocore.exceptions
        import botocore.session

        given = [self._storage.get(f"aws_{name}") for name in ("access_key_id", "secret_access_key", "session_token")]
        self._credentials: Any = None
        if given[0]:
            self._credentials = botocore.credentials.Credentials(*given)
        elif not self._storage.get("anonymous"):
            try:
                self._credentials = botocore.session.Session(profile=self._storage.get("profile")).get_credentials()
            except botocore.exceptions.BotoCoreError as e:
                raise SettingsError(f"there are no credentials: {e}") from None

    def names(self, bucket: str, prefix: str, root: int) -> list[str]:
        """Keys that begin so, without the root in front."""
        found: list[str] = []
        after: dict[str, str] = {}
        while True:
            asked = {"list-type": "2", "prefix": prefix, **after}
            query = "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in sorted(asked.items()))
            try:
                page = ElementTree.fromstring(self._get(f"{bucket}?{query}", {}, _MOST_LISTED)[2])
            except ElementTree.ParseError:
                raise Refused(200, "no list of objects") from None
            texts = {name: [one.text or "" for one in page.iterfind(f".//{{*}}{name}")] for name in _LISTED}
            found += [key[root:] for key in texts["Key"]]
            if not texts["NextContinuationToken"]:
                return sorted(found)
            after = {"continuation-token": texts["NextContinuationToken"][0]}

    def get(self, bucket: str, key: str, part: tuple[int, int] | None, length: int) -> bytes:
        """Bytes of an object: so many from its beginning, or from an offset on, of an object of a size."""
        path = f"{bucket}/{quote(key, safe='/-_.~')}"
        if part is None:
            return self._get(path, {}, length)[2]
        offset, size = part
        status, fields, body = self._get(path, {"Range": f"bytes={offset}-{offset + length - 1}"}, length, offset)
        shown = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", fields.get("content-range", "")) if status == 206 else None
        begin, total = (int(shown[1]), int(shown[2])) if shown else (0, _size(fields))
        if total not in (size, -1):
            raise Refused(total, CHANGED)
        if shown and begin != offset:
            raise Failed(f"bytes from {begin} on came of those from {offset} on")
        if status == 200:
            body = body[offset:]
        if len(body) != length:
            raise Failed(f"{len(body)} bytes came of {length}")
        return body

    def _get(self, path: str, fields: Mapping[str, str], most: int, offset: int = 0) -> tuple[int, Mapping[str, str], bytes]:
        """Status, fields and body of an answer: so many bytes of it at most, those before an offset in front where it is all."""
        from botocore.exceptions import BotoCoreError, SSLError
        from urllib3.exceptions import HTTPError

        try:
            answer = self._answer(path, fields)
            status, size = answer.status_code, _size(answer.headers)
            if status not in (200, 206):
                self._refuse(status, answer)
            if status == 200 and offset:
                if size > _SLICED:
                    raise Refused(200, f"the whole object of {size} bytes for a range of {most}: the store ignores ranges")
                most += offset
            try:
                body = answer.raw.read(most)
                # What is left unread would be read as the next answer.
                (answer.raw.release_conn if size == len(body) else answer.raw.close)()
            except BaseException:
                answer.raw.close()
                raise
        except SSLError:
            raise Refused(0, "its certificate is not trusted; storage={'verify': FILE} names the authority's") from None
        except (BotoCoreError, HTTPError, OSError) as e:
            raise Failed(type(e).__name__) from None
        if len(body) < min(size, most):
            raise Failed(f"{len(body)} bytes came of {min(size, most)}")
        return status, answer.headers, body

    def _answer(self, path: str, fields: Mapping[str, str]) -> Any:
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest

        zone = "amazonaws.com.cn" if self._region.startswith("cn-") else "amazonaws.com"
        url = f"{self._endpoint or f'https://s3.{self._region}.{zone}'}/{path}"
        for number in range(_REDIRECTS):
            request = AWSRequest("GET", url, headers=dict(fields), stream_output=True)
            # Where an answer leads to has credentials of its own in its address.
            if self._credentials and not number:
                S3SigV4Auth(self._credentials.get_frozen_credentials(), "s3", self._region).add_auth(request)
            answer = self._http.send(request.prepare())
            to = answer.headers.get("location") if 300 < answer.status_code < 309 else None
            if not to:
                return answer
            answer.raw.close()
            url, before = urljoin(url, to), url
            if before.startswith("https:") and not url.startswith("https:"):
                raise Refused(answer.status_code, "a redirect to an address without https")
        raise Refused(answer.status_code, "one redirect after the other")

    def _refuse(self, status: int, answer: Any) -> None:
        text = str(answer.raw.read(_MOST_SAID), "utf-8", "replace")
        answer.raw.close()
        said = re.search("<Code>([A-Za-z0-9.]{1,80})</Code>", text)
        code = said[1] if said else ""
        region = answer.headers.get("x-amz-bucket-region", self._region)
        if status in (301, 400) and not self._endpoint and region != self._region and re.fullmatch("[a-z0-9-]+", region):
            self._region = region
            raise Failed(f"the bucket is in {region}")
        raise Failed(f"{status} {code}") if status in _BUSY or code in ("RequestTimeout", "SlowDown") else Refused(status, code)


def _size(fields: Mapping[str, str]) -> int:
    """Bytes of a body; -1 where its answer does not say."""
    length = fields.get("content-length", "")
    return int(length) if re.fullmatch("[0-9]{1,18}", length) else -1


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
        found = self._file(key, offset, length) if self.is_local else self._object(key, (offset, size), length)
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
