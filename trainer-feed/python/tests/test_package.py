"""What `pip install FILE.whl` puts where people run it."""

import importlib
import inspect
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import pairstream

FOLDER = Path(__file__).parents[1]

USE = """
import sys
from pathlib import Path
import pairstream, pairstream.arrow, pairstream.augment, pairstream_steps

assert pairstream.__file__.startswith(sys.prefix), pairstream.__file__
assert pairstream_steps.__file__.startswith(sys.prefix) and issubclass(pairstream_steps.Refuse, Exception)
home = Path(pairstream.__file__).parent
print(*(".".join(file.relative_to(home).with_suffix("").parts).removesuffix(".__init__") for file in home.rglob("*.py")))
"""


def pip(*arguments):
    ran = subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
                         capture_output=True, text=True)  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.full
def test_the_wheel_has_all_modules_and_is_typed(tmp_path):
    pytest.importorskip("setuptools", minversion="77", reason="the wheel is built by setuptools 77 or newer")
    # A copy: building leaves files in the folder.
    project = tmp_path / "python"
    shutil.copytree(FOLDER / "src", project / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(FOLDER / name, project)
    pip("wheel", str(project), "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path))
    [wheel] = tmp_path.glob("pairstream-*.whl")
    venv.create(tmp_path / "venv", symlinks=os.name != "nt")
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"

    pip(f"--python={python}", "install", "--no-deps", "--no-index", str(wheel))

    [installed] = (tmp_path / "venv").glob("**/site-packages")
    # What the package requires is of the environment that runs the test.
    (installed / "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n")
    used = subprocess.run([python, "-c", USE], cwd=tmp_path, capture_output=True, text=True,
                          env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"})  # fmt: skip
    assert used.returncode == 0, used.stderr
    own = FOLDER / "src/pairstream"
    expected = {".".join(file.relative_to(own).with_suffix("").parts).removesuffix(".__init__") for file in own.rglob("*.py")}
    assert set(used.stdout.split()) == expected
    assert (installed / "pairstream/py.typed").is_file()


WITHOUT_KAFKA = """
import sys
sys.modules.update(confluent_kafka=None, fastavro=None)
import pairstream

try:
    pairstream.open("localhost:9092", registry="http://localhost:8081")
except pairstream.SettingsError as e:
    print(e)
"""


def test_without_the_packages_of_kafka_all_but_a_platform_is_there():
    ran = subprocess.run([sys.executable, "-c", WITHOUT_KAFKA], capture_output=True, text=True,
                         env={**os.environ, "PYTHONPATH": str(FOLDER / "src")})  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert 'pip install "pairstream[kafka]"' in ran.stdout


def undocumented(module):
    """Public classes, functions and methods of a module that say nothing of themselves."""
    for name in getattr(module, "__all__", vars(module)):
        one = getattr(module, name)
        if name.startswith("_") or not (inspect.isclass(one) or inspect.isfunction(one)):
            continue
        if not one.__module__.startswith("pairstream"):
            continue
        parts = [part for part in vars(one) if not part.startswith("_")] if inspect.isclass(one) else []
        for where, value in [("", one), *((f".{part}", getattr(one, part)) for part in parts)]:
            if (callable(value) or isinstance(value, property)) and not inspect.getdoc(value):
                yield f"{module.__name__}.{name}{where}"


@pytest.mark.parametrize("name", ["", ".arrow", ".augment", ".errors", ".options", ".torch", ".transformers"])
def test_what_is_public_says_what_it_is(name):
    if name in (".torch", ".transformers"):
        pytest.importorskip(name[1:], reason=f"{name[1:]} is not installed; PAIRSTREAM_TORCH=true has the build do so")
    module = importlib.import_module(f"{pairstream.__name__}{name}")

    assert module.__doc__ and not list(undocumented(module))
