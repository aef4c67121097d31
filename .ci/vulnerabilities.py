"""Looks up known vulnerabilities of all components of SBOMs: vulnerabilities.py BOM.json...

Asks osv.dev, or the same service at OSV_URL. Prints those that no SBOM's own analysis calls "not_affected"; ends with status 1
where there is one, with 3 where the service cannot be asked.
"""

import json
import os
import sys
import urllib.request
from pathlib import Path


def known(purls):
    """Ids of advisories, by component."""
    queries = {"queries": [{"package": {"purl": purl.split("?")[0]}} for purl in purls]}
    url = os.environ.get("OSV_URL", "https://api.osv.dev") + "/v1/querybatch"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(queries).encode()), timeout=60) as answer:
        results = json.load(answer)["results"]
    return {purl: [each["id"] for each in result.get("vulns", [])] for purl, result in zip(purls, results, strict=True)}


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
        found = known(purls)
    except (OSError, ValueError, KeyError) as fault:
        print(f"  not known: {fault}")
        return 3
    lines = [f"  {purl}: {name}" for purl in purls for name in found[purl] if (name, purl.split("?")[0]) not in harmless]
    print("\n".join(lines) or f"  none of {len(purls)} components")
    unknown = sorted({part["name"] for part in parts if "purl" not in part})
    print(f"  of no stated version, and not asked for: {', '.join(unknown) or 'none'}")
    return 1 if lines else 0


sys.exit(main(sys.argv[1:]))
