"""Objects in buckets, by S3's protocol."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin
from xml.etree import ElementTree

from pairstream.errors import SettingsError

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
