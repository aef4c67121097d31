"""Looks up known vulnerabilities of all components of SBOMs: vulnerabilities.py BOM.json...

Asks osv.dev, or the same service at OSV_URL; with ADVISORIES, a clone of github.com/github/advisory-database, it reads that
instead, without a network. Prints those that no SBOM's own analysis calls "not_affected"; ends with status 1 where there is
one, with 3 where nothing can be asked.
"""

import json
import os
import re
import sys
import urllib.parse
import urllib.request
from pathlib import Path

# Before the release that they belong to; other words are behind it, or mean it.
EARLY = ["dev", "snapshot", "a", "alpha", "b", "beta", "m", "milestone", "c", "cr", "rc"]
RELEASE = ["final", "ga", "release", "jre", "android"]


def order(version):
    """Where a version stands among others, as Maven and pip have it for those that occur."""
    short = re.sub(r"(\.0+)+(?=$|[-.]?[a-z])", "", version.lower())
    parts = [int(part) if part.isdigit() else part for part in re.findall(r"\d+|[a-z]+", short) if part not in RELEASE]
    numbered = [(2, part, "") if isinstance(part, int) else (0, EARLY.index(part), "") if part in EARLY else (1, 0, part) for part in parts]
    return [*numbered, (1, -1, "")]


def is_affected(version, affected):
    """Whether an advisory's entry for a package names a version."""
    if version in affected.get("versions", []):
        return True
    for events in (each["events"] for each in affected.get("ranges", []) if each["type"] == "ECOSYSTEM"):
        inside = False
        for event in events:
            for kind, at in event.items():
                if kind == "introduced":
                    inside |= order(version) >= order(at)
                elif kind == "fixed":
                    inside &= order(version) < order(at)
                elif kind == "last_affected":
                    inside &= order(version) <= order(at)
        last = affected.get("database_specific", {}).get("last_known_affected_version_range", "")
        if last.startswith("<"):
            bound = order(last.lstrip("<= "))
            inside &= order(version) <= bound if last.startswith("<=") else order(version) < bound
        if inside:
            return True
    return False


def package(purl):
    """Ecosystem, name and version of a component."""
    kind, path = purl.removeprefix("pkg:").split("?")[0].split("/", 1)
    name, version = urllib.parse.unquote(path).rsplit("@", 1)
    return ("Maven", name.replace("/", ":"), version) if kind == "maven" else ("PyPI", name.lower().replace("_", "-"), version)


def of_folder(folder, purls):
    """Advisories of a clone, by component."""
    wanted = {}
    for purl in purls:
        ecosystem, name, version = package(purl)
        wanted.setdefault((ecosystem, name), []).append((version, purl))
    found, count = {}, 0
    for file in Path(folder).glob("advisories/github-reviewed/*/*/*/*.json"):
        count += 1
        text = file.read_text(encoding="utf-8")
        if '"Maven"' not in text and '"PyPI"' not in text:
            continue
        advisory = json.loads(text)
        for affected in advisory["affected"] if "withdrawn" not in advisory else []:
            name = affected["package"]["name"].lower() if affected["package"]["ecosystem"] == "PyPI" else affected["package"]["name"]
            for version, purl in wanted.get((affected["package"]["ecosystem"], name), []):
                if is_affected(version, affected):
                    found.setdefault(purl, []).append((advisory["id"], advisory["database_specific"].get("severity", "")))
    print(f"  of {count:,} advisories")
    return found if count else sys.exit(f"  {folder} has no advisories")


def of_service(purls):
    """Advisories of osv.dev, by component."""
    queries = {"queries": [{"package": {"purl": purl.split("?")[0]}} for purl in purls]}
    url = os.environ.get("OSV_URL", "https://api.osv.dev") + "/v1/querybatch"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(queries).encode()), timeout=60) as answer:
        results = json.load(answer)["results"]
    return {purl: [(each["id"], "") for each in result.get("vulns", [])] for purl, result in zip(purls, results, strict=True)}


def main(files):
    """Prints what is found; answers the exit status."""
    boms = [json.loads(Path(file).read_text(encoding="utf-8")) for file in files]
    parts = [part for bom in boms for part in bom["components"] if part.get("group") != "io.pairstream" and part["name"] != "pairstream"]
    purls = sorted({part["purl"] for part in parts if "purl" in part})
    harmless = {
        (entry["id"], each["ref"].split("?")[0])
        for bom in boms
        for entry in bom.get("vulnerabilities", [])
        if entry["analysis"]["state"] == "not_affected"
        for each in entry["affects"]
    }
    try:
        found = of_folder(os.environ["ADVISORIES"], purls) if "ADVISORIES" in os.environ else of_service(purls)
    except (OSError, ValueError, KeyError) as fault:
        print(f"  not known: {fault}")
        return 3
    lines = sorted(
        f"  {purl}: {name} {severity}".rstrip()
        for purl, advisories in found.items()
        for name, severity in advisories
        if (name, purl.split("?")[0]) not in harmless
    )
    print("\n".join(lines) or f"  none of {len(purls)} components")
    unknown = sorted({part["name"] for part in parts if "purl" not in part})
    print(f"  of no stated version, and not asked for: {', '.join(unknown) or 'none'}")
    return 1 if lines else 0


sys.exit(main(sys.argv[1:]))
