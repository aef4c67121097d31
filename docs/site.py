"""Makes a searchable site of all Markdown pages; fails on dead links: site.py [FOLDER]

FOLDER, or target/site, holds a site for each version, between which its pages switch. To publish a release, name the folder
that is published: the site of this checkout's version is made anew there, and the others stay.
"""

import importlib.util
import json
import os
import re
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
VERSION = re.search("<revision>(.+)</revision>", (ROOT / "pom.xml").read_text())[1]
TEST = re.compile(r"\]\(([^)\s]+/(?:src/test|tests)/[^)\s]+)\)")


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
        if not {"dist", "target", "venv", "node_modules", "pairstream-data", "test"} & set(path.parts[:-1]):
            (PAGES / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(page, PAGES / path)
    tests = [test for page in PAGES.glob("*.md") for test in TEST.findall(page.read_text())]
    for name in BESIDE_PAGES + tests:
        for file in [ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"):
            target = PAGES / file.relative_to(ROOT)
            if file.is_file() and not target.exists() and "__pycache__" not in file.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)


def place(version: str) -> tuple[list[int], bool]:
    return [int(part) for part in re.findall(r"\d+", version)], "-" not in version


def add_version(site: Path) -> None:
    """Notes the version where its pages look for others, and leads visitors to the newest release, or to what is there."""
    versions = {path.name for path in site.iterdir() if (path / "index.html").exists()}
    ordered = sorted(versions, key=place, reverse=True)
    entries = [{"version": name, "title": name, "aliases": []} for name in ordered]
    (site / "versions.json").write_text(json.dumps(entries))
    newest = next((name for name in ordered if "-" not in name), ordered[0])
    (site / "index.html").write_text(f'<meta http-equiv="refresh" content="0; url={newest}/index.html">\n')


if __name__ == "__main__":
    site = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else TARGET / "site"
    python = python_with_mkdocs()
    copy_pages()
    command = [python, "-m", "mkdocs", "build", "--strict", "--clean", "--config-file", ROOT / "mkdocs.yml"]
    command += ["--site-dir", site / VERSION]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    if built.returncode != 0:
        sys.exit(built.stderr)
    add_version(site)
    print(f"the site is in {site}; python3 -m http.server --directory {site} shows it, with search and its versions")
