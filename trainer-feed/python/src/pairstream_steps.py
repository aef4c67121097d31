"""``Refuse``, for functions that a card or a recipe names, and the program that runs them.

A step of a recipe raises ``Refuse``; with this file it runs in notebooks and in pytest. Pairstream starts the same file as
a program, by the interpreter that a card or a recipe names, and speaks to it over pipes. NumPy is all that it needs there.
"""

from __future__ import annotations

import faulthandler
import gc
import hashlib
import importlib.metadata
import importlib.util
import inspect
import io
import math
import os
import random
import re
import struct
import sys
import traceback
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO, NamedTuple

_MOST_CHARACTERS = 4_000
_MOST_NUMBERS = 4_096
# Kinds of replies, as their numbers in the protocol.
_GIVEN, _NO_ANSWER = 0, 1


class Refuse(Exception):
    """Refuses a pair, when a step raises it.

    Args:
        english: why, 1 to 300 characters on one line
        chinese: the same in Chinese; the English words where it is left out
    """

    def __init__(self, english: str, chinese: str | None = None) -> None:
        super().__init__(english)
        self.english = english
        self.chinese = chinese or english


class _Misfit(Exception):
    """The code does not fit its card or recipe; the message says why."""


class _Output(NamedTuple):
    name: str
    form: str
    labels: frozenset[str]


class _Item(NamedTuple):
    id: str
    caption: str
    language: str
    measures: dict[str, float]
    picture: Any  # uint8 [height, width, 3] RGB, or None


class _Given(NamedTuple):
    numbers: dict[str, float]
    labels: dict[str, str]
    vectors: dict[str, Any]
    texts: dict[str, str]


class _NoAnswer(NamedTuple):
    reason: str
    detail: str


class _Frames:
    """Numbers, texts and lists as the service writes them: big-endian, lengths first."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def take(self, count: int) -> bytes:
        data = self._stream.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def whole(self) -> int:
        return int(struct.unpack(">i", self.take(4))[0])

    def token(self) -> int:
        return int(struct.unpack(">q", self.take(8))[0])

    def number(self) -> float:
        return float(struct.unpack(">d", self.take(8))[0])

    def blob(self) -> bytes:
        return self.take(self.whole())

    def text(self) -> str:
        return self.blob().decode()

    def items(self, read: Callable[[], Any]) -> list[Any]:
        return [read() for _ in range(self.whole())]

    def output(self) -> _Output:
        return _Output(self.text(), self.text(), frozenset(self.items(self.text)))

    def item(self) -> _Item:
        ident, caption, language = self.text(), self.text(), self.text()
        measures = dict(self.items(lambda: (self.text(), self.number())))
        picture = self.items(self._picture)
        return _Item(ident, caption, language, measures, picture[0] if picture else None)

    def _picture(self) -> Any:
        import numpy as np

        data, _, width, height, channels = self.blob(), self.take(1), self.whole(), self.whole(), self.whole()
        return np.frombuffer(bytearray(data), np.uint8).reshape(height, width, channels)


def _texts(values: dict[str, str]) -> bytes:
    return b"".join([_int(len(values)), *(_text(name) + _text(value) for name, value in values.items())])


def _int(value: int) -> bytes:
    return struct.pack(">i", value)


def _text(value: str) -> bytes:
    data = value.encode(errors="replace")
    return _int(len(data)) + data


def _frame(token: int, replies: Sequence[_Given | _NoAnswer]) -> bytes:
    import numpy as np

    out = io.BytesIO()
    out.write(struct.pack(">qi", token, len(replies)))
    for reply in replies:
        if isinstance(reply, _NoAnswer):
            out.write(_int(_NO_ANSWER) + _text(reply.reason) + _text(reply.detail))
            continue
        out.write(_int(_GIVEN) + _int(len(reply.numbers)))
        for name, number in reply.numbers.items():
            out.write(_text(name) + struct.pack(">d", number))
        out.write(_texts(reply.labels) + _int(len(reply.vectors)))
        for name, vector in reply.vectors.items():
            out.write(_text(name) + _int(len(vector)) + np.asarray(vector, ">f8").tobytes())
        out.write(_texts(reply.texts))
    return _int(out.tell()) + out.getvalue()


class _Code:
    """A function or a class of a file, ready to be called.

    Args:
        arguments: what it is shown, by the names of its arguments
        given: further arguments, from the card or recipe
    """

    def __init__(self, module: types.ModuleType, call: str, arguments: Sequence[str], given: dict[str, Any]) -> None:
        file = os.path.basename(str(module.__file__))
        found = getattr(module, call, None)
        if not callable(found):
            own = [n for n, v in vars(module).items() if callable(v) and getattr(v, "__module__", "") == module.__name__]
            raise _Misfit(f"{file} has no {call}; it has {', '.join(own) or 'no function or class'}")
        is_class = inspect.isclass(found)
        takes_given = inspect.signature(found).parameters
        self._with = {} if is_class else given
        for name in given:
            if name not in takes_given and not _is_open(takes_given):
                raise _Misfit(f"{call} has no argument {name}, which the section with gives; it has {', '.join(takes_given)}")
        self._function = found(**given) if is_class else found
        shown = inspect.signature(self._function).parameters
        wanted = [n for n, p in shown.items() if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
        self.names = [name for name in arguments if name in shown or _is_open(shown)]
        self.unknown = [name for name in wanted if name not in self.names and name not in self._with]
        self.call = call

    def __call__(self, **shown: Any) -> Any:
        return self._function(**shown, **self._with)


def _is_open(parameters: Any) -> bool:
    return any(each.kind is each.VAR_KEYWORD for each in parameters.values())


class _Model:
    """Answers questions in batches, as a card says."""

    def __init__(self, code: _Code, outputs: Sequence[_Output], arguments: Sequence[str]) -> None:
        for name in arguments:
            if name not in code.names:
                raise _Misfit(f"{code.call} has no argument {name}, which the card shows it")
        if code.unknown:
            raise _Misfit(f"{code.call} wants {', '.join(code.unknown)}, which the card does not show it")
        self._code = code
        self._outputs = outputs
        self._most = 1 << 30

    def replies(self, items: Sequence[_Item], memory_mb: int) -> list[_Given | _NoAnswer]:
        """Answers in the order of the questions; a fault is blamed on one question by halves."""
        if len(items) > self._most:
            return self.replies(items[: self._most], memory_mb) + self.replies(items[self._most :], memory_mb)
        try:
            return self._answered(items)
        except BaseException as e:
            over = isinstance(e, MemoryError) or type(e).__name__ == "OutOfMemoryError" or "out of memory" in str(e)
            why = _NoAnswer("OVER_BUDGET", f"takes more than memory-mb: {memory_mb}{_place(e)}, for one question alone")
            if not over:
                why = _NoAnswer("REFUSED", _fault(e))
        if len(items) == 1:
            return [why]
        half = (len(items) + 1) // 2
        if over:
            self._most = half
            gc.collect()
        return self.replies(items[:half], memory_mb) + self.replies(items[half:], memory_mb)

    def _answered(self, items: Sequence[_Item]) -> list[_Given | _NoAnswer]:
        shown = {"pictures": [item.picture for item in items], "captions": [item.caption for item in items]}
        _seed(items[0].id)
        given = self._code(**{name: shown[name] for name in self._code.names})
        names = [output.name for output in self._outputs]
        if not isinstance(given, dict):
            raise TypeError(f"{self._code.call} returned {type(given).__name__}; a dict of {names} is right")
        if sorted(map(str, given)) != sorted(names):
            raise ValueError(f"it answers {list(given)}; the card has {names}")
        columns = {name: _values(given[name]) for name in names}
        for name, column in columns.items():
            if len(column) != len(items):
                raise ValueError(f"{len(items)} questions, {len(column)} values of {name}")
        return [self._reply({name: column[i] for name, column in columns.items()}) for i in range(len(items))]

    def _reply(self, values: dict[str, Any]) -> _Given | _NoAnswer:
        reply = _Given({}, {}, {}, {})
        for output in self._outputs:
            try:
                _put(output, values[output.name], reply)
            except (TypeError, ValueError) as e:
                return _NoAnswer("ODD_ANSWER", _line(f"{output.name} {e}"))
        return reply


def _put(output: _Output, value: Any, reply: _Given) -> None:
    import numpy as np

    if output.form == "NUMBER":
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"is {number}, and is to be a finite number")
        reply.numbers[output.name] = number
    elif output.form == "LABEL":
        if value not in output.labels:
            raise ValueError(f"is {value!r}, and none of the card's labels")
        reply.labels[output.name] = str(value)
    elif output.form == "VECTOR":
        vector = np.asarray(value, np.float64)
        if vector.ndim != 1 or not 1 <= vector.size <= _MOST_NUMBERS or not np.isfinite(vector.astype(np.float32)).all():
            raise ValueError(f"has the shape {list(vector.shape)}, and is to be 1 to {_MOST_NUMBERS} finite numbers")
        reply.vectors[output.name] = vector
    else:
        if not isinstance(value, str):
            raise TypeError(f"is {type(value).__name__}, and is to be a text")
        reply.texts[output.name] = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]+", " ", value)[:_MOST_CHARACTERS]


def _values(column: Any) -> Any:
    """A value for each question, of a tensor, an array or a list."""
    if hasattr(column, "detach"):
        column = column.detach().cpu()
        column = column.float().numpy() if column.is_floating_point() else column.numpy()
    return column if hasattr(column, "__len__") else list(column)


class _Step:
    """Judges pairs one by one, as a recipe says."""

    def __init__(self, code: _Code, arguments: Sequence[str]) -> None:
        if arguments[0] not in code.names:
            other = "picture" if arguments[0] == "caption" else "caption"
            hint = f"; it has {other}: write sees: {other}" if other in code.unknown else ""
            raise _Misfit(f"{code.call} has no argument {arguments[0]}, which the recipe shows it{hint}")
        if code.unknown:
            raise _Misfit(f"{code.call} wants {', '.join(code.unknown)}, which the recipe does not show it")
        self._code = code

    def replies(self, items: Sequence[_Item], memory_mb: int) -> list[_Given | _NoAnswer]:
        return [self._reply(item) for item in items]

    def _reply(self, item: _Item) -> _Given | _NoAnswer:
        _seed(item.id)
        try:
            kept = self._code(**{name: getattr(item, name) for name in self._code.names})
        except Refuse as refusal:
            english, chinese = _line(refusal.english, 300), _line(refusal.chinese, 300)
            if not english or not chinese:
                return _NoAnswer("ODD_ANSWER", f"{self._code.call} refuses without a word")
            return _Given({}, {}, {}, {"english": english, "chinese": chinese})
        except BaseException as e:
            return _NoAnswer("OVER_BUDGET" if isinstance(e, MemoryError) else "REFUSED", _fault(e))
        if kept is not None and not (isinstance(kept, str) and "caption" in self._code.names):
            return _NoAnswer(
                "ODD_ANSWER", f"{self._code.call} returned {type(kept).__name__}: a step returns nothing, or a caption"
            )
        return _Given({}, {}, {}, {} if kept is None else {"caption": kept})


def _seed(text: str) -> None:
    """Makes drawn numbers the same for the same question."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    random.seed(seed)
    sys.modules["numpy"].random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _line(text: str, most: int = 140) -> str:
    return " ".join(str(text).split())[:most]


def _place(error: BaseException) -> str:
    """Innermost line of the user's own files, as `` (clip.py:8)``; empty where there is none."""
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if os.path.dirname(file).startswith(os.getcwd()):
            place = f" ({os.path.basename(file)}:{line})"
    if isinstance(error, SyntaxError) and error.filename:
        place = f" ({os.path.basename(error.filename)}:{error.lineno})"
    return place


def _fault(error: BaseException) -> str:
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    name = type(error).__name__
    return _line(f"{name}: {words}" if words else name) + _place(error)


def _check_versions(lines: Iterable[str]) -> None:
    for line in lines:
        name, _, wanted = line.partition("==")
        try:
            here = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            raise _Misfit(f"{name} is not installed here, and is {wanted} in the requirements") from None
        if here.partition("+")[0] != wanted.partition("+")[0]:
            raise _Misfit(f"{name} is {here} here, and {wanted} in the requirements")


def _import(file: str, beside: Sequence[str]) -> types.ModuleType:
    name = re.sub(r"\W", "_", os.path.splitext(file)[0])
    if name in sys.modules and getattr(sys.modules[name], "__file__", None) == os.path.abspath(file):
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, os.path.abspath(file))
    if spec is None or spec.loader is None:
        raise _Misfit(f"{file} is no file of Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as e:
        hint = f"; {e.name}.py lies beside it: name it in files" if f"{e.name}.py" in beside else ""
        raise _Misfit(f"{e.msg}{_place(e)}{hint}") from e
    return module


def _typed(text: str) -> int | float | bool | str:
    """A value of a card: a number or a truth where it is written like one."""
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    return float(text) if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text) else text


def _load(frames: _Frames) -> tuple[int, list[_Model | _Step]]:
    """Reads the plan, and makes ready all that it names."""
    folder, memory_mb, count = frames.text(), frames.whole(), frames.whole()
    plans = []
    for _ in range(count):
        file, call = frames.text(), frames.text()
        given = {frames.text().replace("-", "_"): _typed(frames.text()) for _ in range(frames.whole())}
        requirements, beside = frames.items(frames.text), frames.items(frames.text)
        arguments, outputs = frames.items(frames.text), frames.items(frames.output)
        plans.append((file, call, given, requirements, beside, arguments, outputs))
    os.chdir(folder)
    sys.path.insert(0, folder)
    calls: list[_Model | _Step] = []
    for file, call, given, requirements, beside, arguments, outputs in plans:
        _check_versions(requirements)
        code = _Code(_import(file, beside), call, arguments, given)
        calls.append(_Model(code, outputs, arguments) if outputs else _Step(code, arguments))
    return memory_mb, calls


def _serve(frames: _Frames, out: BinaryIO) -> None:
    memory_mb, misfit = 0, ""
    calls: list[_Model | _Step] = []
    while True:
        token, millis = frames.token(), frames.whole()
        faulthandler.dump_traceback_later(0.9 * millis / 1000)
        if frames.whole():
            try:
                memory_mb, calls = _load(frames)
            except _Misfit as e:
                misfit = _line(str(e), 200)
            except EOFError:
                raise
            except BaseException as e:
                misfit = _fault(e)
        which, items = frames.whole(), frames.items(frames.item)
        if misfit:
            replies: Sequence[_Given | _NoAnswer] = [_NoAnswer("UNREADABLE", misfit)] * max(1, len(items))
        else:
            replies = calls[which].replies(items, memory_mb)
        faulthandler.cancel_dump_traceback_later()
        frame = _frame(token, replies)
        _mark(f"{token & 0xFFFFFFFFFFFFFFFF:016x}")
        out.write(frame)
        out.flush()


def _mark(token: str) -> None:
    """Ends what was said on stderr up to here."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(2, f"\0end {token}\n".encode())


def _describe() -> None:
    """Says where this interpreter is and which folders it reads, a line each."""
    if sys.version_info < (3, 9):  # noqa: UP036 - whatever interpreter a card names
        sys.exit(f"{sys.executable} is Python {sys.version.split()[0]}; 3.9 or newer is needed")
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.path.realpath(sys.executable)), *sys.path[1:]}
    print("\n".join([sys.executable, *sorted(folder for folder in folders if os.path.exists(folder))]))


def _main() -> None:
    sys.modules["pairstream_steps"] = sys.modules["__main__"]
    if sys.argv[1] == "--describe":
        return _describe()
    # Only frames go through the pipes of the start: whatever code of others prints is told apart.
    frames, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        os.setsid()
    except OSError:
        pass  # it leads a group already
    faulthandler.enable()
    try:
        import numpy
    except ImportError as e:
        sys.exit(f"{e}; python3 -m venv .venv && .venv/bin/python -m pip install numpy")
    numpy.random.seed(0)
    _mark(sys.argv[1])
    try:
        _serve(_Frames(frames), out)
    except EOFError:
        os._exit(0)


if __name__ == "__main__":
    _main()
