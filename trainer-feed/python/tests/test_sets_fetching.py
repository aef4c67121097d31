"""Samples of sets in buckets: fetched ahead, kept on disk, and exact or refused in words whatever the store does."""

import os
import threading

import numpy as np
import pytest

pytest.importorskip("moto")

from conftest import pair
from faulty_s3 import BUCKET, FaultyS3
from pairstream import Unavailable, ViewError
from pairstream.errors import Malformed, Missing
from pairstream.sets import fetch, store
from pairstream.sets.cache import RangeCache
from pairstream.sets.fetch import SetFetcher
from pairstream.sets.index import SetIndex
from pairstream.sets.manifest import newer, read_manifest
from pairstream.sets.store import Store
from pairstream.sets.tar import pair_of
from pairstream.threads import Stopped
from set_writer import withdraw, write_set

ROWS = 100
PAIRS = 150
BYTES = 30_000
ALONE = 40_000
"""More than a sample's members have."""


def photo(number):
    return dict(pair(number), image=np.random.default_rng(number).bytes(BYTES + number), image_encoding="jpeg")


@pytest.fixture(scope="module")
def served():
    server = FaultyS3()
    yield server
    server.close()


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A folder with a set of two shards, 4.6 MB."""
    folder = tmp_path_factory.mktemp("photos")
    write_set(folder, [photo(number) for number in range(PAIRS)], shard_samples=ROWS)
    return folder


@pytest.fixture(scope="module")
def url(served, photos):
    return served.upload(photos, "photos")


@pytest.fixture
def s3(served, monkeypatch, tmp_path):
    """A server that does as it should, and a cache of the test's own."""
    served.reset()
    monkeypatch.setenv("PAIRSTREAM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "_FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(store, "_LONGEST_PAUSE_S", 0.01)
    return served


@pytest.fixture
def fetching(s3, url):
    """Makes fetchers of the set in the bucket, and of what else a test has there."""
    made = []

    def make(at=url, **options):
        opened = Store(at, s3.storage)
        manifest = read_manifest(opened)
        made.append(SetFetcher(opened, SetIndex(opened, manifest, "training"), **options))
        s3.asked.clear()
        return made[-1]

    yield make
    s3.release()
    for one in made:
        one.close()


PLACES = [(number // ROWS, number % ROWS) for number in range(PAIRS)]
SHUFFLED = [PLACES[number] for number in np.random.default_rng(5).permutation(PAIRS)]
ALL = [(0, 0, ROWS), (1, 0, PAIRS - ROWS)]


def taken(fetcher, places):
    """Numbers of the pairs at places, each of which is whole."""
    found = []
    for shard, row in places:
        fields = pair_of(fetcher.get(shard, row))
        number = int(fields["pair_id"])
        assert (shard, row) == (number // ROWS, number % ROWS) and bytes(fields["image"]) == photo(number)["image"]
        found.append(number)
    return found


def tars(s3):
    """First and last bytes of tars that were asked for."""
    return [bytes_of(fields["Range"]) for path, fields in s3.asked if ".tar" in path]


def bytes_of(asked):
    first, _, last = asked.removeprefix("bytes=").partition("-")
    return int(first), int(last)


def test_ranges_are_fetched_once_and_shared_by_processes(s3, fetching):
    first = fetching()

    first.ahead(ALL)
    assert len(set(taken(first, SHUFFLED))) == PAIRS

    lengths = [last + 1 - begin for begin, last in tars(s3)]
    assert first.bytes == sum(lengths) and max(lengths) <= 1.5 * (1 << 20)
    assert sum(length > ALONE for length in lengths) <= 5
    again = fetching()
    again.ahead(ALL)
    taken(again, SHUFFLED)
    assert not tars(s3) and again.bytes == 0


def test_samples_that_are_needed_come_alone_before_the_ranges(s3, fetching, monkeypatch):
    monkeypatch.setattr(fetch, "_RANGE_BYTES", 10 * ALONE)
    fetcher = fetching()
    begun, let = threading.Semaphore(0), threading.Event()

    def fault(number, request):
        first, last = bytes_of(request.headers["Range"])
        if last - first > ALONE:
            begun.release()
            let.wait()

    s3.fault = fault
    fetcher.need([(0, 95)])
    fetcher.ahead([(shard, row, row + 10) for shard, row in PLACES[::10]])
    assert taken(fetcher, [(0, 95)]) == [95]
    # Ranges come once what is needed first is there.
    for _ in range(fetch._RANGES):
        begun.acquire()
    fetcher.need([(1, 49), (0, 99), (0, 5)])
    assert taken(fetcher, [(0, 99), (1, 49)]) == [99, 149]
    let.set()
    # What is on its way already is waited for.
    assert taken(fetcher, PLACES[:80]) == list(range(80))
    assert sum(last - first < ALONE for first, last in tars(s3)) == 3


def test_samples_near_each_other_come_in_one_range(s3, fetching):
    fetcher = fetching()

    fetcher.ahead([(0, row, row + 1) for row in range(0, 40, 2)] + [(0, 90, 91)])
    taken(fetcher, [(0, row) for row in range(0, 40, 2)])
    taken(fetcher, [(0, 90)])

    assert len(tars(s3)) <= 4


def test_as_much_stays_from_epoch_to_epoch_as_there_is_room_for(s3, fetching):
    fetcher = fetching(cache=RangeCache(most_bytes=3 << 20))
    pieces = [(shard, row, row + 10) for shard, row in PLACES[::10]]
    numbers = np.random.default_rng(1)
    fetched = []
    for _ in range(4):
        before = fetcher.bytes
        for at in numbers.permutation(len(pieces)):
            shard, first, behind = pieces[at]
            fetcher.ahead([pieces[at]])
            # Only what has come counts as ahead.
            taken(fetcher, [(shard, row) for row in range(first, behind)])
        fetched.append(fetcher.bytes - before)

    assert fetched[0] >= PAIRS * BYTES
    room = sum(file.stat().st_size for file in fetcher._cache.folder.rglob("*") if file.is_file())
    assert 2 << 20 < room <= 3 << 20
    assert max(fetched[1:]) < 0.6 * fetched[0], fetched


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty"])
def test_a_range_that_is_broken_on_disk_is_fetched_again(s3, fetching, tmp_path, harm):
    first = fetching()
    first.ahead(ALL)
    taken(first, PLACES)
    for file in (tmp_path / "cache").glob("*.tar/*"):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes({"cut": bytes(content[:-9]), "flipped": bytes(content), "empty": b""}[harm])

    again = fetching()
    again.ahead(ALL)
    assert taken(again, PLACES[::25]) == list(range(0, PAIRS, 25))
    assert tars(s3)


def test_without_room_on_disk_ranges_stay_in_memory_until_they_are_used(s3, fetching, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    for cache in (RangeCache(tmp_path / "file"), RangeCache(most_bytes=0)):
        fetcher = fetching(cache=cache)
        fetcher.ahead(ALL)
        assert len(set(taken(fetcher, SHUFFLED))) == PAIRS
        assert "stays in memory" in caplog.text
        assert not fetcher._coming


@pytest.mark.parametrize("fault", ["busy", "cut", "short", "long", "other", "whole", "silent", "expired", "elsewhere", "reset"])
def test_what_fails_for_a_while_is_asked_for_again(s3, fetching, monkeypatch, fault):
    if fault == "silent":
        # A busy machine is silent for so long, too, and no other fault is silence.
        monkeypatch.setattr(store, "_SILENCE_S", 1.0)
    fetcher = fetching()
    numbers = np.random.default_rng(7)
    failed = []

    def fails(number, request):
        if (fault == "expired" and failed) or "X-Signature" in request.path or numbers.random() > 0.3:
            return None
        failed.append(request.path)
        return fault

    s3.fault = fails
    fetcher.ahead(ALL[:1])
    fetcher.need(PLACES[ROWS : ROWS + 10])
    assert sorted(taken(fetcher, SHUFFLED)) == list(range(PAIRS))
    assert failed


@pytest.mark.parametrize(
    "fault, message",
    [
        ("busy", "cannot be read, tried 12 times: 503 SlowDown"),
        ("cut", "cannot be read, tried 12 times: "),
        ("short", "cannot be read, tried 12 times: "),
        ("reset", "cannot be read, tried 12 times: "),
        ("expired", "may not be read \\(ExpiredToken\\): check the credentials .*storage={'anonymous': True}"),
    ],
)
def test_what_goes_on_failing_is_said_in_words_without_secrets(s3, fetching, fault, message):
    fetcher = fetching()
    s3.fault = lambda *_: fault
    fetcher.ahead(ALL[:1])

    with pytest.raises(Unavailable, match=f"^s3://{BUCKET}/photos/training/000000-[0-9a-f]*.tar {message}") as refusal:
        fetcher.get(0, 5)
    error, said = refusal.value, ""
    while error:
        said, error = said + repr(error), error.__cause__ or error.__context__
    assert s3.storage["aws_secret_access_key"] not in said and s3.storage["aws_access_key_id"] not in said


def test_a_store_that_ignores_ranges_is_refused_by_large_objects(s3, fetching, monkeypatch):
    monkeypatch.setattr(store, "_SLICED", 1 << 20)
    fetcher = fetching()
    s3.fault = lambda *_: "whole"

    with pytest.raises(Unavailable, match="the whole object of [0-9]+ bytes for a range of [0-9]+: the store ignores ranges"):
        fetcher.get(0, 5)


def test_a_redirect_is_followed_without_our_credentials(s3, fetching):
    fetcher = fetching()
    s3.fault = lambda number, request: None if "X-Signature" in request.path else "elsewhere"

    assert taken(fetcher, [(1, 7)]) == [107]
    assert [("Authorization" in fields, "Range" in fields) for _, fields in s3.asked] == [(True, True), (False, True)]
    s3.fault = lambda *_: "elsewhere"
    with pytest.raises(Unavailable, match="one redirect after the other"):
        fetcher.get(0, 0)


@pytest.fixture
def aws(monkeypatch, tmp_path):
    """No credentials but those of a file, which has none yet."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path / "credentials"


def test_a_public_set_is_read_without_credentials(s3, url, aws, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.address)

    assert read_manifest(Store(url)).number == 1
    assert read_manifest(Store(url, {"anonymous": True})).number == 1
    assert not any("Authorization" in fields for _, fields in s3.asked)


def test_credentials_that_have_expired_are_looked_up_anew(s3, url, aws):
    aws.write_text("[default]\naws_access_key_id = OLD\naws_secret_access_key = s\n")
    opened = Store(url, {"endpoint_url": s3.address})
    assert read_manifest(opened).number == 1
    s3.fault = lambda number, request: "expired" if "OLD" in request.headers["Authorization"] else None

    with pytest.raises(Unavailable, match="may not be read"):
        read_manifest(opened)
    aws.write_text("[default]\naws_access_key_id = NEW\naws_secret_access_key = s\n")
    assert read_manifest(opened).number == 1


def test_a_tar_that_export_has_replaced_is_found_by_the_newest_manifest(s3, fetching, tmp_path):
    write_set(tmp_path / "set", [photo(number) for number in range(PAIRS)], shard_samples=ROWS)
    at = s3.upload(tmp_path / "set", tmp_path.name)
    opened = Store(at, s3.storage)
    before = read_manifest(opened)
    asked = []

    def moved(number):
        asked.append(number)
        now = newer(opened, before)
        return now and now.split("training").shards[number]

    fetcher = fetching(at, moved=moved)
    fetcher.ahead([(0, 0, 10)])
    taken(fetcher, PLACES[:10])
    gone = before.split("training").shards[0].data
    s3.delete(f"{tmp_path.name}/{gone}")
    with pytest.raises(Missing, match=f"there is no {at}/{gone}: the set was copied by halves, or export has replaced it"):
        fetcher.get(0, 20)

    withdraw(tmp_path / "set", [(0, 3)], erase=True)
    s3.upload(tmp_path / "set", tmp_path.name)
    s3.delete(f"{tmp_path.name}/{gone}")
    fetcher.ahead(ALL)
    assert taken(fetcher, PLACES[4:]) == list(range(4, PAIRS))
    with pytest.raises(Malformed, match="it was erased"):
        pair_of(fetcher.get(0, 3))
    assert set(asked) == {0}
    # Bytes that were erased are in the cache no more.
    assert not list(fetcher._cache.folder.glob(f"*-{gone.replace('/', '-')}/*"))


def test_what_was_erased_since_is_in_the_cache_no_more(s3, fetching, tmp_path):
    write_set(tmp_path / "set", [photo(number) for number in range(PAIRS)], shard_samples=ROWS)
    at = s3.upload(tmp_path / "set", tmp_path.name)
    fetcher = fetching(at)
    fetcher.ahead(ALL)
    taken(fetcher, PLACES)
    folder = fetcher._cache.folder
    kept = {file: file.read_bytes() for file in folder.rglob("*-000001-*/*")}
    erased = photo(3)["image"][:200]
    assert any(erased in file.read_bytes() for file in folder.rglob("*.tar/*"))

    withdraw(tmp_path / "set", [(0, 3)], erase=True)
    s3.upload(tmp_path / "set", tmp_path.name)
    fetcher = fetching(at)
    fetcher.ahead(ALL)
    taken(fetcher, PLACES[4:])

    assert not any(erased in file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert kept == {file: file.read_bytes() for file in folder.rglob("*-000001-*/*")}


def test_an_object_that_was_replaced_in_its_place_is_refused(s3, fetching, tmp_path):
    write_set(tmp_path / "set", [photo(number) for number in range(8)])
    at = s3.upload(tmp_path / "set", tmp_path.name)
    [tar] = (tmp_path / "set/training").glob("*.tar")
    key = f"{tmp_path.name}/training/{tar.name}"
    s3.put(key, tar.read_bytes() + b"more")
    with pytest.raises(ViewError, match=f"{tar.name} has [0-9]+ bytes, not those that its set says: it was replaced"):
        fetching(at).get(0, 5)
    s3.put(key, bytes(tar.stat().st_size))
    with pytest.raises(Malformed, match="no pair is there"):
        pair_of(fetching(at).get(0, 5))


def test_a_stop_ends_what_waits(s3, fetching):
    fetcher = fetching()
    held = threading.Event()

    def fault(*_):
        held.set()
        return "silent"

    s3.fault = fault
    fetcher.ahead(ALL)
    ended = []

    def get():
        try:
            fetcher.get(0, 1)
        except Stopped as e:
            ended.append(e)

    threads = [threading.Thread(target=get) for _ in range(3)]
    for thread in threads:
        thread.start()
    held.wait()
    fetcher.stop()
    for thread in threads:
        thread.join()
    assert len(ended) == 3
    with pytest.raises(Stopped):
        fetcher.get(0, 2)


def test_a_forked_process_reads_what_its_parent_had_opened(s3, url):
    opened = Store(url, s3.storage)
    manifest = read_manifest(opened)
    index = SetIndex(opened, manifest, "training")
    index.extents()
    said, says = os.pipe()
    if os.fork() == 0:
        try:
            fetcher = SetFetcher(opened, index)
            fetcher.ahead(ALL)
            os.write(says, str(len(taken(fetcher, PLACES))).encode())
            fetcher.close()
        finally:
            os._exit(0)
    os.close(says)
    with os.fdopen(said) as lines:
        assert lines.read() == str(PAIRS)
    os.wait()


def test_many_threads_may_ask(fetching):
    fetcher = fetching()
    found = []

    def take(places):
        fetcher.need(places[:8])
        found.extend(taken(fetcher, places))

    threads = [threading.Thread(target=take, args=(SHUFFLED[number::6],)) for number in range(6)]
    fetcher.ahead(ALL)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == list(range(PAIRS))


def test_of_a_folder_samples_are_read_where_they_are(photos, tmp_path, monkeypatch):
    monkeypatch.setenv("PAIRSTREAM_CACHE", str(tmp_path / "cache"))
    opened = Store(str(photos))
    fetcher = SetFetcher(opened, SetIndex(opened, read_manifest(opened), "training"))

    fetcher.ahead(ALL)
    fetcher.need(PLACES[:9])
    assert len(set(taken(fetcher, SHUFFLED))) == PAIRS
    fetcher.close()
    with pytest.raises(Stopped):
        fetcher.get(0, 0)
    assert not (tmp_path / "cache").exists()


def test_a_cache_keeps_its_bound_and_what_is_expected_before_others(tmp_path):
    cache = RangeCache(tmp_path, 50_000)
    for number in range(100):
        place = cache.put("a.tar", number * 1000, bytes(1000))
        if number < 20:
            cache.expect(place)

    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= 50_000
    assert all(cache.find("a.tar", number * 1000, 1000) for number in [*range(20), 99])
    for number in range(100, 200):
        cache.expect(cache.put("a.tar", number * 1000, bytes(1000)))
    # Nothing else is there any more: what is expected for longest is not used any more.
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= 50_000
    assert cache.find("a.tar", 199_000, 1000) and not cache.find("a.tar", 0, 1000)
