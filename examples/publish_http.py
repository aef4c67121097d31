"""Publishes a picture with its caption over HTTP: publish_http.py owl.jpg "An owl on a branch." """

import base64
import json
import os
import sys
import time
import urllib.error
import urllib.request

server = os.environ.get("INGEST_URL", "http://127.0.0.1:8080")
headers = {"Content-Type": "application/json"}
if "PAIRSTREAM_KEY" in os.environ:
    headers["Authorization"] = "Bearer " + os.environ["PAIRSTREAM_KEY"]
with open(sys.argv[1], "rb") as file:
    pair = {"image": base64.b64encode(file.read()).decode(), "caption": sys.argv[2], "language": "en"}
request = urllib.request.Request(server + "/v1/pairs", json.dumps(pair).encode(), headers)
answer = None
while answer is None:
    try:
        answer = json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as error:
        if "Retry-After" not in error.headers:
            sys.exit(error.read().decode())
        # However often it is sent, it is the same pair.
        time.sleep(int(error.headers["Retry-After"]))
print(f"{answer['id']} is taken; ask after it: {server}{answer['status_url']}")
