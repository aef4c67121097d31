import json
import os
from pathlib import Path

import pytest

from pairstream import Block, View, ViewError, open
from pairstream.index.cut import blocks_of
from pairstream.order.epoch_order import EpochOrder, OrderPlan

BINARY = Path(__file__).parents[2] / "src/test/resources/io/pairstream/feed/view/two-blocks.view"
"""What the Java tests write too, byte for byte."""
BLOCKS = (Block(0, 10, 500, (3, 1, 2, 5, 1)), Block(1, 0, 7, (1,)))


def test_a_file_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path):
    view = View("t", "id", "", BLOCKS)
    (tmp_path / "folder").mkdir()

    for name, why in [("none/a.view", "No such file"), ("folder", "Is a directory"), ("none/b.view", "No such file")]:
        with pytest.raises(ViewError, match=f"{name} cannot be written: {why}"):
            view.save(tmp_path / name)
    with pytest.raises(ViewError, match="'' is no file's name"):
        view.save("")
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]


def test_has_the_fingerprint_that_the_java_tests_have():
    assert View("pairs.training", "id", "", BLOCKS).fingerprint == "79591607dce5bfddad53bdae84ad027e"
    assert BLOCKS[0].offsets == (10, 11, 12, 14, 15, 21)


def test_reads_and_writes_the_binary_file_that_the_java_feed_does(tmp_path):
    view = View("pairs.training", "id", "2026-01-02T03:04:05Z", BLOCKS, ("language=de,zh", "source!=中文"))
    view.save(tmp_path / "two.view")
    read = View.load(BINARY)
    read.check()

    assert (tmp_path / "two.view").read_bytes() == BINARY.read_bytes()
    assert read == view and read.where == view.where and tuple(read.blocks) == BLOCKS
    assert (read.samples, read.sizes.tolist(), read.fingerprint) == (7, [6, 1], view.fingerprint)


def test_a_file_has_the_order_of_its_view_and_cannot_be_written(tmp_path):
    whole = View("pairs.training", "id", "2026-01-02T03:04:05Z", [Block(i // 9, i * 99, 5, (40, 2, 24)) for i in range(27)])
    whole.save(tmp_path / "a.view")
    mapped = View.load(tmp_path / "a.view")

    for window in (0, 16):
        orders = [EpochOrder(view.blocks, OrderPlan(3, 4, window), 1) for view in (mapped, whole)]
        found = [[order.places(lane, w) for lane in range(4) for w in range(order.windows(lane))] for order in orders]
        assert found[0] == found[1]
    with pytest.raises(ValueError, match="read-only"):
        mapped.blocks.runs[0] = 1


@pytest.mark.parametrize("change", [lambda file: os.truncate(file, 0), lambda file: file.write_bytes(b"other")])
def test_a_file_that_is_changed_in_place_later_changes_no_view(tmp_path, change):
    """A mapped file would end the process by SIGBUS."""
    file = tmp_path / "a.view"
    file.write_bytes(BINARY.read_bytes())
    view = View.load(file)
    change(file)

    assert tuple(view.blocks) == BLOCKS
    view.check()


def test_a_view_shows_itself(tmp_path):
    view = View("pairs.training", "id", "2026-01-02T03:04:05Z", BLOCKS, ("fold!=<b>",))

    assert len(view) == 7
    assert "<th>samples<td>7" in view._repr_html_() and "<td>fold!=&lt;b&gt;" in view._repr_html_()


def test_refuses_a_binary_file_that_was_cut_off_or_changed(tmp_path):
    whole = BINARY.read_bytes()
    file = tmp_path / "a.view"
    runs = -4 * 6  # of the last array, bytes from its end
    for message, content in {
        "no view: ": whole[:5],
        "ends within its header": whole[:11],
        "ends within its header: it was": whole[:40],
        f"{len(whole) - 1} bytes, and 2 blocks with 6 runs take {len(whole)}": whole[:-1],
        f"has {len(whole) + 4} bytes": whole + bytes(4),
        "a view of format 3; this version reads format 2": whole.replace(b'"format":2', b'"format":3'),
        "and 3 blocks": whole.replace(b'"blocks":2', b'"blocks":3'),
        "blocks, runs and samples, each at least 1": whole.replace(b'"blocks":2', b'"blocks":0'),
        "header counts": whole.replace(b'"samples":7', b'"samples":8'),
        "cut_at is no time": whole.replace(b"2026-01-02T", b"yesterday.."),
        "no view: right is a file that": whole.replace(b'{"format"', b'("format"'),
        "view was cut off or changed": whole.replace(b',"topic_id"', b';"topic_id"'),
    }.items():
        file.write_bytes(content)
        with pytest.raises(ViewError, match=f"a.view: .*{message}"):
            View.load(file)
    # What the blocks hold is read where it is needed, or on demand.
    file.write_bytes(whole[: runs + 4] + b"\2" + whole[runs + 5 :])
    with pytest.raises(ViewError, match="not those of its fingerprint"):
        View.load(file).check()
    file.write_bytes(whole[:-4] + b"\2" + whole[-3:])
    with pytest.raises(ViewError, match="block 1 has 2 records, not 1: the view was changed"):
        View.load(file).blocks[1]


def test_refuses_what_is_no_view(tmp_path):
    file = tmp_path / "a.view"
    for content in (b"x", b"[]", b'{"name": "a package"}', b"", b"\xff"):
        file.write_bytes(content)
        with pytest.raises(ViewError, match="a.view: no view: right is a file that pairstream view cut, or a view's save, has made$"):
            View.load(file)
    with pytest.raises(ViewError, match="cannot read the view"):
        View.load(tmp_path / "none.view")
    for message, blocks in {
        "there is no record": [],
        "lies before the one in front of it": BLOCKS[::-1],
    }.items():
        with pytest.raises(ViewError, match=message):
            View("t", "id", "", blocks)
    with pytest.raises(ViewError, match="an odd number of runs"):
        Block(0, 0, 1, (1, 2))
    with pytest.raises(ViewError, match="a block of partition -1"):
        Block(-1, 0, 1, (1,))


def test_cuts_blocks_of_128_records_or_4_mib():
    assert [block.size for block in blocks_of(0, [(i, 10) for i in range(300)])] == [128, 128, 44]
    mebibyte = 1 << 20
    assert [block.size for block in blocks_of(0, [(i, mebibyte) for i in range(6)])] == [4, 2]
    assert [block.size for block in blocks_of(0, [(i, 5 * mebibyte) for i in range(2)])] == [1, 1]
    assert blocks_of(1, [(9, 1), (5, 1), (6, 1)]) == [Block(1, 5, 3, (2, 2, 1))]


def test_finds_a_platform_by_its_directory(tmp_path, registry):
    from pairstream import SettingsError

    with pytest.raises(SettingsError, match="no platform runs in"):
        open(platform=tmp_path)
    with pytest.raises(SettingsError, match="with the address of brokers, host:port, the registry's is needed"):
        open("127.0.0.1:1")
    with pytest.raises(SettingsError, match="a source needs the address or folder of a set, the brokers' addresses"):
        open()
    (tmp_path / "platform.json").write_text(
        json.dumps({"bootstrap_servers": "127.0.0.1:1", "schema_registry": registry.address})
    )
    assert open(platform=tmp_path, split="test").topic == "pairs.test"


def test_tells_a_wrong_address_of_the_registry_from_an_unknown_schema(registry):
    from pairstream import SettingsError, Unavailable
    from pairstream.errors import Malformed
    from pairstream.kafka.avro import Schemas

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
    from pairstream.kafka.avro import Schemas

    fields = [{"name": "kept", "type": "string"}]
    registry.add({"type": "record", "name": "Foreign", "fields": fields}, "pairs.runs-value")
    with pytest.raises(Unavailable, match="version 1 of pairs.runs-value is not ours: it has no field lost"):
        Schemas(registry.address).write("pairs.runs", {"kept": "a", "lost": "b"})
