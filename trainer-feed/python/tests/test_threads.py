"""Tasks that are cancelled, and such as come when the threads that would do them have ended."""

import threading

import pytest

from conftest import TIMEOUT_S
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
