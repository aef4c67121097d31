import json

import pytest

from pairstream import Block, View, ViewError, open
from pairstream.cutting import _blocks

JAVAS = (
    '{"format":1,"topic":"pairs.training","topic_id":"x","cut_at":"2026-11-20T12:00:00.123456789Z",'
    '"fingerprint":"%s","samples":190,"blocks":[[0,0,3211776,[57,1,71]],[0,130,1555200,[62]]]}'
)
FINGERPRINT = "01c0031e525aecc5e892edca409cb5d9"


def test_reads_and_writes_what_the_java_feed_does(tmp_path):
    view = View.parse(JAVAS % FINGERPRINT)

    assert (view.samples, view.sizes, view.blocks[1].end) == (190, (128, 62), 192)
    assert view.blocks[0].offsets[56:58] == (56, 58)
    assert view.to_json() == JAVAS % FINGERPRINT
    view.save(tmp_path / "a.view.json")
    assert View.load(tmp_path / "a.view.json") == view
    assert [file.name for file in tmp_path.iterdir()] == ["a.view.json"]


def test_has_the_fingerprint_that_the_java_tests_have():
    blocks = (Block(0, 10, 500, (3, 1, 2, 5, 1)), Block(1, 0, 7, (1,)))
    assert View("pairs.training", "id", "", blocks).fingerprint == "79591607dce5bfddad53bdae84ad027e"
    assert blocks[0].offsets == (10, 11, 12, 14, 15, 21)


def test_refuses_what_is_no_view_or_was_changed(tmp_path):
    whole = json.loads(JAVAS % FINGERPRINT)
    for message, text in {
        "no view: Expecting": "x",
        "no view: expected a JSON object": "[]",
        "a view of format 2": json.dumps({**whole, "format": 2}),
        "cut_at is no time": json.dumps({**whole, "cut_at": "yesterday"}),
        "changed after it was cut": json.dumps({**whole, "blocks": whole["blocks"][:1]}),
        r"block 0 is not \[partition": json.dumps({**whole, "blocks": [[0, 0, 1]]}),
        "an odd number of runs": json.dumps({**whole, "blocks": [[0, 0, 1, [1, 2]]]}),
        "a block of partition -1": json.dumps({**whole, "blocks": [[-1, 0, 1, [1]]]}),
        "there is no record": json.dumps({**whole, "blocks": []}),
        "lies before the one in front of it": json.dumps({**whole, "blocks": whole["blocks"][::-1]}),
    }.items():
        with pytest.raises(ViewError, match=message):
            View.parse(text)
    with pytest.raises(ViewError, match="cannot read the view"):
        View.load(tmp_path / "none.json")


def test_cuts_blocks_of_128_records_or_4_mib():
    assert [block.size for block in _blocks(0, [(i, 10) for i in range(300)])] == [128, 128, 44]
    mebibyte = 1 << 20
    assert [block.size for block in _blocks(0, [(i, mebibyte) for i in range(6)])] == [4, 2]
    assert [block.size for block in _blocks(0, [(i, 5 * mebibyte) for i in range(2)])] == [1, 1]
    assert _blocks(1, [(9, 1), (5, 1), (6, 1)]) == [Block(1, 5, 3, (2, 2, 1))]


def test_finds_a_platform_by_its_directory(tmp_path, registry):
    from pairstream import SettingsError

    with pytest.raises(SettingsError, match="no platform runs in"):
        open(platform=tmp_path)
    with pytest.raises(SettingsError, match="needs the brokers' addresses"):
        open("127.0.0.1:1")
    (tmp_path / "platform.json").write_text(
        json.dumps({"bootstrap_servers": "127.0.0.1:1", "schema_registry": registry.address})
    )
    assert open(platform=tmp_path, split="test").topic == "pairs.test"


def test_tells_a_wrong_address_of_the_registry_from_an_unknown_schema(registry):
    from pairstream import SettingsError, Unavailable
    from pairstream.records import Malformed, Schemas

    elsewhere = registry.address + "/elsewhere"
    with pytest.raises(SettingsError, match=f"there is no schema registry at {elsewhere}, .*.* may need a path"):
        open("127.0.0.1:1", registry=elsewhere)
    with pytest.raises(Unavailable, match="the schema registry at http://127.0.0.1:9 does not answer"):
        open("127.0.0.1:1", registry="http://127.0.0.1:9")
    with pytest.raises(Malformed, match="the registry does not know schema 987654"):
        Schemas(registry.address).writer(987_654, "pairs.training")
    with pytest.raises(SettingsError, match="there is no schema registry"):
        Schemas(elsewhere).writer(4, "pairs.training")


def test_writes_with_no_schema_that_loses_fields(registry):
    from pairstream import Unavailable
    from pairstream.records import Schemas

    fields = [{"name": "kept", "type": "string"}]
    registry.add({"type": "record", "name": "Foreign", "fields": fields}, "pairs.runs-value")
    with pytest.raises(Unavailable, match="version 1 of pairs.runs-value is not ours: it has no field lost"):
        Schemas(registry.address).write("pairs.runs", {"kept": "a", "lost": "b"})
