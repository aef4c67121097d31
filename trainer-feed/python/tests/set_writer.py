"""Writes sets into folders, as the format says and by no code of the package: for tests of what reads them."""

import hashlib
import io
import json
import tarfile
import uuid
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

BLOCK = 512
TEXTS = (
    "pair_id caption language source_kind contributor producer url licence split colour stored_encoding normalisation tokenizer "
    "tokenizer_digest original_digest perceptual_hash recipe_version origin_topic picture_group mirrored_hash media_type review_id"
).split()
INTS = (
    "fold width height channels token_count pad_id empty_token_count origin_partition origin_offset received_at_ms prepared_at_ms"
).split()
IDENTIFYING = (
    "pair_id caption contributor producer url licence labels token_ids empty_token_ids tokenizer_digest original_digest "
    "perceptual_hash mirrored_hash picture_group texts origin_topic origin_partition origin_offset review_id"
).split()
DEFAULTS = dict(channels=3, colour="rgb", language="en", origin_partition=-1, origin_offset=-1)
"""What a pair is that does not say otherwise; texts are empty, numbers 0."""

_TEXT, _LONG = pa.string(), pa.int64()
_BYTES = [("offset", _LONG), ("size", _LONG), ("content_type", _TEXT)]
SCHEMA = pa.schema([
    ("picture", pa.struct([("uri", _TEXT), *_BYTES, ("checksum", _TEXT)])),
    ("sample", pa.struct([("offset", _LONG), ("size", _LONG)])),
    ("renditions", pa.list_(pa.struct([("name", _TEXT), *_BYTES, ("width", pa.int32()), ("height", pa.int32()),
                                       ("channels", pa.int32()), ("colour", _TEXT)]))),
    ("answers", pa.list_(pa.struct([("name", _TEXT), ("model", _TEXT), ("number", pa.float64()), ("label", _TEXT)]))),
    *((name, _TEXT) for name in TEXTS),
    *((name, _LONG if name in ("origin_offset", "received_at_ms", "prepared_at_ms") else pa.int32()) for name in INTS),
    ("truncated", pa.bool_()),
    ("labels", pa.list_(_TEXT)), ("waived", pa.list_(_TEXT)),
    ("token_ids", pa.list_(pa.int32())), ("empty_token_ids", pa.list_(pa.int32())),
    ("measures", pa.list_(pa.struct([("name", _TEXT), ("value", pa.float64())]))),
    ("texts", pa.list_(pa.struct([("name", _TEXT), ("value", _TEXT)]))),
])  # fmt: skip


def write_set(
    folder, pairs, split="training", *, shard_samples=8, dataset="pairs", view=None, whole=True, changed=None, **parquet
):
    """Writes a set, or goes on with the one that is there, by one commit; answers the manifest.

    Args:
        pairs: fields by name as ``conftest.pair`` has them; ``image`` as bytes of a JPEG, a PNG or raw pixels; ``answers``
            as dicts of ``name``, ``model`` and ``number`` or ``label``
        changed: changes the manifest before it is committed
        parquet: of the index, such as ``compression`` or ``row_group_size``
    """
    folder = Path(folder)
    manifest = newest(folder) or {"format": 1, "set": str(uuid.uuid4()), "number": 0, "dataset": dataset, "splits": {}}
    own = manifest["splits"].setdefault(split, {
        "view": view or {"name": "", "segments": 0, "fingerprint": "0" * 32},
        "source": {"topic": f"{dataset}.{split}", "topic_id": "AAAAAAAAAAAAAAAAAAAAAA"},
        "order": "view", "shard_samples": shard_samples, "samples": 0, "whole": whole, "shards": [],
    })  # fmt: skip
    for first in range(0, len(pairs), shard_samples):
        tar, rows = _tar([_fields(pair) for pair in pairs[first : first + shard_samples]])
        own["shards"].append(_put(folder, split, len(own["shards"]), tar, rows, parquet) | {"withdrawn": [], "erased": []})
    return _commit(folder, manifest, changed)


def withdraw(folder, places, split="training", *, erase=False, delete=True, **parquet):
    """Commits that rows, as (shard, row), are withdrawn; and then, where they are to be erased, that they are; answers the manifest."""
    folder = Path(folder)
    manifest = newest(folder)
    shards = manifest["splits"][split]["shards"]
    for shard, row in places:
        shards[shard]["withdrawn"] = sorted({*shards[shard]["withdrawn"], row})
    manifest = _commit(folder, manifest)
    if not erase:
        return manifest
    shards = manifest["splits"][split]["shards"]
    old = []
    for number in sorted({shard for shard, _ in places}):
        shard = shards[number]
        old += [shard["data"], shard["index"]]
        tar = bytearray((folder / shard["data"]).read_bytes())
        rows = pq.read_table(folder / shard["index"]).to_pylist()
        for row in sorted(row for of, row in places if of == number):
            _erase(tar, rows[row], row)
            shard["erased"] = sorted({*shard["erased"], row})
        shard.update(_put(folder, split, number, bytes(tar), rows, parquet))
    manifest = _commit(folder, manifest)
    for name in old if delete else ():
        (folder / name).unlink()
    return manifest


def newest(folder):
    """The newest manifest of a folder; None where there is none."""
    found = sorted(Path(folder).glob("manifests/*.json"))
    return json.loads(found[-1].read_text()) if found else None


def picture_file(pair):
    """Ending and bytes of a picture as a set has it: raw pixels as PNG."""
    encoding = pair.get("image_encoding", "jpeg")
    if encoding != "raw":
        return {"jpeg": "jpg", "png": "png"}[encoding], bytes(pair["image"])
    shape = (pair["height"], pair["width"], pair.get("channels", 3))
    target = io.BytesIO()
    pixels = np.frombuffer(pair["image"], np.uint8).reshape(shape)
    Image.fromarray(pixels[:, :, 0] if shape[2] == 1 else pixels).save(target, "png")
    return "png", target.getvalue()


def _fields(pair):
    """What the JSON member has, and the pictures by the ends of their names."""
    renditions = [dict(one) for one in pair.get("renditions", ())]
    pictures = [("", *picture_file(pair)), *((f".{one['name']}", *picture_file(one)) for one in renditions)]
    named = {
        **DEFAULTS,
        **pair,
        "stored_encoding": pair.get("image_encoding", "jpeg"),
        "original_digest": pair.get("image_digest", ""),
    }
    fields = {name: named.get(name, "") for name in TEXTS} | {name: named.get(name, 0) for name in INTS}
    fields |= {name: list(named.get(name, ())) for name in ("labels", "waived", "token_ids", "empty_token_ids", "token_sets")}
    fields |= {name: dict(sorted(named.get(name, {}).items())) for name in ("measures", "texts")}
    fields["truncated"] = named.get("truncated", False)
    fields["renditions"] = [
        {name: {**DEFAULTS, **one}[name] for name in ("name", "width", "height", "channels", "colour")}
        | {"stored_encoding": one.get("image_encoding", "jpeg")}
        for one in renditions
    ]
    fields["answers"] = sorted(map(dict, named.get("answers", ())), key=lambda one: (one["name"], one["model"]))
    return fields, pictures


def _tar(pairs):
    """Bytes of a shard, and the rows of its index without their pictures' uri."""
    target, rows = bytearray(), []
    for fields, pictures in pairs:
        begin, places = len(target), []
        for end, extension, content in pictures:
            offset = member(target, f"{fields['pair_id']}{end}.{extension}", content)
            kind = {"jpg": "image/jpeg", "png": "image/png"}[extension]
            places.append({"offset": offset, "size": len(content), "content_type": kind})
        member(target, f"{fields['pair_id']}.json", json.dumps(fields, ensure_ascii=False).encode())
        member(target, f"{fields['pair_id']}.txt", fields["caption"].encode())
        checksum = f"sha256:{hashlib.sha256(pictures[0][2]).hexdigest()}"
        rows.append({
            **fields, "picture": {**places[0], "checksum": checksum}, "sample": {"offset": begin, "size": len(target) - begin},
            "renditions": [{**one, **place} for one, place in zip(fields["renditions"], places[1:])],
            **{name: [{"name": key, "value": value} for key, value in fields[name].items()] for name in ("measures", "texts")},
        })  # fmt: skip
    return bytes(target + bytes(2 * BLOCK)), rows


def member(target, name, content):
    """Appends a member; answers where its content begins."""
    header = tarfile.TarInfo(name)
    header.size = len(content)
    target += header.tobuf(tarfile.USTAR_FORMAT)
    offset = len(target)
    target += content + bytes(-len(content) % BLOCK)
    return offset


def _erase(tar, fields, row):
    begin, size = fields["sample"]["offset"], fields["sample"]["size"]
    hole = bytearray()
    member(hole, f"__erased__/{row:06d}", bytes(size - BLOCK))
    assert len(hole) == size
    tar[begin : begin + size] = hole
    for name in IDENTIFYING:
        fields[name] = None
    fields["picture"]["checksum"] = None


def _put(folder, split, number, tar, rows, parquet):
    sha256 = hashlib.sha256(tar).hexdigest()
    data = f"{split}/{number:06d}-{sha256[:32]}.tar"
    for row in rows:
        row["picture"]["uri"] = data
    target = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), target, **parquet)
    index = target.getvalue()
    index_sha256 = hashlib.sha256(index).hexdigest()
    name = f"{split}/{number:06d}-{index_sha256[:32]}.parquet"
    (folder / split).mkdir(parents=True, exist_ok=True)
    (folder / data).write_bytes(tar)
    (folder / name).write_bytes(index)
    return {
        "data": data, "bytes": len(tar), "sha256": sha256, "index": name, "index_bytes": len(index), "index_sha256": index_sha256,
        "rows": len(rows),
    }  # fmt: skip


def _commit(folder, manifest, changed=None):
    for own in manifest["splits"].values():
        own["samples"] = sum(shard["rows"] - len(shard["withdrawn"]) for shard in own["shards"])
    manifest["number"] += 1
    file = folder / f"manifests/{manifest['number']:012d}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    if changed:
        changed(manifest)
    made = file.with_suffix(".made")
    made.write_text(json.dumps(manifest))
    made.replace(file)
    return manifest
