"""A bucket of moto's server, behind a proxy that fails as it is told to."""

import contextlib
import http.client
import http.server
import threading
from pathlib import Path

BUCKET = "photos"
CREDENTIALS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "known-to-none", "region_name": "us-east-1"}


class FaultyS3:
    """Passes requests on to a server, but for those that ``fault`` names: see :data:`FAULTS`.

    Attributes:
        fault: answers the name of a fault, or None, by the request's number, from 0, and its handler
        asked: of each request, its path and its fields
    """

    def __init__(self):
        from moto.server import ThreadedMotoServer

        self._moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._moto.start()
        self._port = self._moto.get_host_and_port()[1]
        self._released = threading.Event()
        self.fault, self.asked = (lambda number, request: None), []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                number = len(outer.asked)
                outer.asked.append((self.path, dict(self.headers)))
                fault = outer.fault(number, self)
                getattr(outer, f"_{fault or 'pass'}")(self)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.storage = {"endpoint_url": self.address, **CREDENTIALS}
        self._send("PUT", f"/{BUCKET}")

    def reset(self):
        self.fault, self.asked, self._released = (lambda number, request: None), [], threading.Event()

    def release(self):
        """Ends the requests to which nothing is answered, until the next :meth:`reset`."""
        self._released.set()

    def close(self):
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._moto.stop()

    def upload(self, folder, prefix):
        """Copies a folder into the bucket; answers its address there."""
        for file in sorted(Path(folder).rglob("*")):
            if file.is_file():
                self.put(f"{prefix}/{file.relative_to(folder)}", file.read_bytes())
        return f"s3://{BUCKET}/{prefix}"

    def put(self, key, content):
        self._send("PUT", f"/{BUCKET}/{key}", content)

    def delete(self, key):
        self._send("DELETE", f"/{BUCKET}/{key}")

    def _send(self, method, path, content=b"", fields=()):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port)) as connection:
            # Moto lets in whom it knows the region of.
            own = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"}
            connection.request(method, path, content, {**own, **dict(fields)})
            answer = connection.getresponse()
            body = answer.read()
        assert method == "GET" or answer.status < 300, body
        return answer.status, {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}, body

    def _answer(self, request, status, fields=(), body=b"", length=None):
        request.send_response(status)
        for name, value in dict(fields).items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        request.end_headers()
        request.wfile.write(body)

    def _passed(self, request, without=()):
        fields = {name: value for name, value in request.headers.items() if name.lower() in {"range"} - set(without)}
        return self._send("GET", request.path, fields=fields)

    def _pass(self, request):
        self._answer(request, *self._passed(request))

    def _busy(self, request):
        self._answer(request, 503, body=b"<Error><Code>SlowDown</Code></Error>")

    def _cut(self, request):
        status, fields, body = self._passed(request)
        self._answer(request, status, fields, body[: len(body) // 2], len(body))
        request.close_connection = True

    def _short(self, request):
        status, fields, body = self._passed(request)
        self._answer(request, status, fields, body[: len(body) // 2])

    def _long(self, request):
        status, fields, body = self._passed(request)
        self._answer(request, status, fields, body + body)

    def _other(self, request):
        """Another range than the one that was asked for."""
        first, _, last = request.headers["Range"].removeprefix("bytes=").partition("-")
        request.headers.replace_header("Range", f"bytes={int(first) + 1}-{last}")
        self._pass(request)

    def _whole(self, request):
        self._answer(request, *self._passed(request, ["range"]))

    def _silent(self, request):
        self._released.wait()
        request.close_connection = True

    def _expired(self, request):
        self._answer(request, 403, body=b"<Error><Code>ExpiredToken</Code></Error>")

    def _elsewhere(self, request):
        self._answer(request, 302, {"Location": f"{self.address}{request.path}?X-Signature=own"})

    def _reset(self, request):
        request.close_connection = True


FAULTS = ("busy", "cut", "short", "long", "other", "whole", "silent", "expired", "elsewhere", "reset")
"""What :attr:`FaultyS3.fault` may answer."""

HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}
