"""Tasks that are cancelled, and such as come when the threads that would do them have ended."""

import threading

import pytest

from conftest import TIMEOUT_S, Dataset
from pairstream import Loader
from pairstream.threads import Workers


def test_a_cancelled_task_is_not_done_and_ends_no_thread():
    begun, goes_on, done = threading.Event(), threading.Event(), []
    workers = Workers(1, "test")
    first = workers.submit(lambda: (begun.set(), goes_on.wait(TIMEOUT_S)))
    cancelled = workers.submit(done.append, "cancelled")
    assert begun.wait(TIMEOUT_S) and cancelled.cancel() and not first.cancel()
    goes_on.set()

    workers.submit(done.append, "next").result(TIMEOUT_S)
    workers.close()
    assert done == ["next"]


def test_what_a_task_raises_is_the_callers_and_ends_no_thread():
    workers = Workers(1, "test")
    with pytest.raises(KeyboardInterrupt):
        workers.submit(exec, "raise KeyboardInterrupt").result(TIMEOUT_S)

    assert workers.submit(abs, -1).result(TIMEOUT_S) == 1
    workers.close()


def test_a_task_that_no_thread_would_do_is_refused():
    workers = Workers(2, "test")
    workers.close()

    with pytest.raises(RuntimeError, match="have ended"):
        workers.submit(print)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (dict(side_px=160), 1),
        (dict(side_px=161), 2),
        (dict(side_px=160, threads=1), 1),
        (dict(side_px=160, threads=5), 2),
        (dict(side_px=160, augment=lambda pixels, random: pixels), 2),
        (dict(side_px=160, transform=lambda sample, random: {"image": sample["image"]}), 2),
    ],
)
def test_small_pictures_take_half_of_the_threads_unless_more_is_to_be_done(broker, registry, given, expected):
    side = given["side_px"]
    dataset = Dataset(broker, registry)
    dataset.produce(0, 24, width=side, height=side, image=bytes(side * side * 3))
    source = dataset.source()

    with Loader(source, source.cut(), batch_size=24, epochs=None, **given) as loader:
        next(iter(loader))
        decoding = [thread for thread in threading.enumerate() if thread.name.startswith("pairstream-decode")]

    assert len(decoding) == expected
