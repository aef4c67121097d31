"""Looks up known vulnerabilities of what jars contain unpacked: unpacked.py BOM.json

Asks osv.dev, or the same service at OSV_URL. Prints those that the SBOM's own analysis does not call "not_affected"; ends with
status 1 where there is one, with 3 where the service does not answer.
"""

import json
import os
import sys
import urllib.request

bom = json.load(open(sys.argv[1], encoding="utf-8"))
parts = [part for part in bom["components"] if "purl" in part]
unknown = [part["name"] for part in bom["components"] if "purl" not in part]
harmless = {
    (entry["id"], each["ref"])
    for entry in bom["vulnerabilities"]
    if entry["analysis"]["state"] == "not_affected"
    for each in entry["affects"]
}
queries = {"queries": [{"package": {"purl": part["purl"]}} for part in parts]}
request = urllib.request.Request(
    os.environ.get("OSV_URL", "https://api.osv.dev") + "/v1/querybatch", json.dumps(queries).encode()
)
try:
    with urllib.request.urlopen(request, timeout=60) as answer:
        results = json.load(answer)["results"]
except (OSError, ValueError, KeyError) as fault:
    print(f"  not known: {fault}")
    sys.exit(3)
found = [
    f"  {part['purl']}: {each['id']}"
    for part, result in zip(parts, results, strict=True)
    for each in result.get("vulns", [])
    if (each["id"], part["purl"]) not in harmless
]
print("\n".join(found) or "  none")
print(f"  of no stated version, and not asked for: {', '.join(unknown)}")
sys.exit(1 if found else 0)
