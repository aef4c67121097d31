"""Makes a searchable site of all Markdown pages in target/site; fails on dead links."""

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "target"
PAGES = TARGET / "pages"
REQUIREMENTS = ROOT / "docs/site-requirements.txt"
BESIDE_PAGES = ["docs/images", "docs/site.css", "examples", "LICENSE", "NOTICE"]
BESIDE_PAGES += ["schemas/src/main/avro", "trainer-feed/python/examples"]


def python_with_mkdocs() -> str:
    if importlib.util.find_spec("material"):
        return sys.executable
    folder = TARGET / "site-python"
    python = folder / "bin/python"
    made = folder / "requirements.txt"
    if not made.exists() or made.read_text() != REQUIREMENTS.read_text():
        venv.create(folder, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS], check=True)
        shutil.copy(REQUIREMENTS, made)
    return str(python)


def copy_pages() -> None:
    """The pages with what they link to, at the same paths, so that links of GitHub work."""
    shutil.rmtree(PAGES, ignore_errors=True)
    for page in ROOT.rglob("*.md"):
        path = page.relative_to(ROOT)
        if not {"target", "venv", "node_modules", "pairstream-data", "test"} & set(path.parts[:-1]):
            (PAGES / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(page, PAGES / path)
    for name in BESIDE_PAGES:
        for file in [ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"):
            target = PAGES / file.relative_to(ROOT)
            if file.is_file() and not target.exists() and "__pycache__" not in file.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)


if __name__ == "__main__":
    python = python_with_mkdocs()
    copy_pages()
    command = [python, "-m", "mkdocs", "build", "--strict", "--clean", "--config-file", ROOT / "mkdocs.yml"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    if built.returncode != 0:
        sys.exit(built.stderr)
    print("the site is in target/site; python3 -m http.server --directory target/site shows it, with search")
