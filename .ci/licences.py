"""Prints the licences of all components of CycloneDX SBOMs as a table: licences.py BOM.json..."""

import json
import sys


def licences(component):
    """Names of a component's licences, as its SBOM has them; "not stated" where it has none."""
    stated = [
        entry.get("expression") or entry["license"].get("id") or entry["license"]["name"].split(" :: ")[-1]
        for entry in component.get("licenses", [])
    ]
    return " or ".join(dict.fromkeys(stated)) or "not stated"


def main(files):
    print("# Third-party licences\n")
    print("What this release contains of others, also what jars contain unpacked. A jar has its licence's text inside, or is")
    print("named in licences/NOTICES.txt, beside the texts.\n")
    print("| Component | Version | Licence |\n|---|---|---|")
    rows = set()
    for file in files:
        with open(file, encoding="utf-8") as bom:
            for component in json.load(bom)["components"]:
                group = component.get("group", "")
                if group != "io.pairstream" and component["name"] != "pairstream":
                    name = f"{group}:{component['name']}" if group else component["name"]
                    rows.add((name, component.get("version", ""), licences(component)))
    for row in sorted(rows):
        print("| " + " | ".join(row) + " |")


main(sys.argv[1:])
