"""Threads that a process does not wait for at its end, and what wakes them."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar
from weakref import WeakSet

T = TypeVar("T")


class Stopped(Exception):
    """The loading was ended."""


class Notice:
    """Tells one thread that something has changed; it looks itself at what.

    Unlike ``threading.Condition``, it stays whole when a signal's handler raises in the middle of it, and a finalizer
    may give it.
    """

    def __init__(self) -> None:
        self._given: SimpleQueue[None] = SimpleQueue()

    def give(self) -> None:
        """Wakes the thread that waits, or the next one that will."""
        if self._given.empty():
            self._given.put(None)

    def wait(self, timeout_s: float | None = None) -> None:
        """Returns once something may have changed, or after a time."""
        try:
            self._given.get(timeout=timeout_s)
        except Empty:
            pass


class Workers:
    """Daemon threads that do tasks in the order in which they come.

    A process waits at its end for the threads of a ``ThreadPoolExecutor``, before anything stops them.

    Args:
        count: of threads
        name: of each, with its number behind it
    """

    def __init__(self, count: int, name: str) -> None:
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=_work, args=(self._tasks,), name=f"{name}-{number}", daemon=True) for number in range(count)
        ]
        self._is_closed = False
        self._lock = threading.Lock()
        for thread in self._threads:
            thread.start()

    def submit(self, task: Callable[..., T], *args: Any) -> Future[T]:
        """Has a task done, unless its future is cancelled first.

        Raises:
            RuntimeError: after :meth:`close`, as no thread would do it
        """
        done: Future[T] = Future()
        with self._lock:
            if self._is_closed:
                raise RuntimeError("these threads have ended: no task is done any more")
            self._tasks.put((done, partial(task, *args)))
        return done

    def close(self) -> None:
        """Waits for the end of all tasks."""
        with self._lock:
            self._is_closed = True
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()


def _work(tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]) -> None:
    while (task := tasks.get()) is not None:
        done, do = task
        try:
            if done.set_running_or_notify_cancel():
                done.set_result(do())
        except BaseException as e:
            done.set_exception(e)
        # Else its records would stay until the next one comes.
        del task, done, do


_WITH_THREADS: WeakSet[Any] = WeakSet()


def left_alone_in_forks(made: T) -> T:
    """Keeps a forked process from freeing an object, whose threads are not there and would be waited for; returns the object."""
    _WITH_THREADS.add(made)
    return made


def _keep() -> None:
    for made in list(_WITH_THREADS):
        # At its end an interpreter drops all references but those that no object holds.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(made))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_keep)


class PerProcess(Generic[T]):
    """Something that each process makes for itself: a client's threads do not come along into a forked one."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: dict[int, T] = {}

    def __call__(self) -> T:
        """The object of this process, made where it has none."""
        made = self.own()
        # Not by its truth: a client that has nothing to do has a length of 0.
        return self._made.setdefault(os.getpid(), self._make()) if made is None else made

    def own(self) -> T | None:
        """The object of this process; None where it has made none."""
        return self._made.get(os.getpid())
