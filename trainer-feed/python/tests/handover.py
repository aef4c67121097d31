"""A trainer that the Java tests drive: of each batch it prints a line of JSON, then waits for a line of input."""

import hashlib
import json
import sys

import pairstream
import pairstream.kafka.cluster

# The broker is waited for: it stands still with the whole machine where that is busy.
pairstream.kafka.cluster._TIMEOUT_S = 120.0


def main():
    asked = json.loads(sys.argv[1])
    source = pairstream.open(asked["broker"], registry=asked["registry"], dataset=asked["dataset"])
    if "cut" in asked:
        source.cut().save(asked["cut"])
        return
    if "mix" in asked:
        view = [(source.view(file), weight) for file, weight in asked["mix"]]
    elif "follow" in asked:
        view = source.follow(**asked["follow"])
    else:
        view = source.view(asked["view"])
    with pairstream.Loader(source, view, **asked["options"]) as loader:
        if "position" in asked:
            loader.load_state_dict(asked["position"])
        for batch in loader:
            digest = hashlib.sha256()
            for array in (batch.images, batch.tokens, batch.mask):
                digest.update(array.tobytes())
            found = {"ids": batch.pair_ids, "digest": digest.hexdigest(), "position": loader.state_dict()}
            print(json.dumps(found), flush=True)
            sys.stdin.readline()


if __name__ == "__main__":
    main()
