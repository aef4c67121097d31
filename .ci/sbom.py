"""Compares an SBOM with the archive of a release, and adds its native libraries: sbom.py BOM.json HOME

A jar in lib or decoder is a component by its SHA-256 sum, one of ours by its name. Each native library in it becomes a file
below that component, with its own sum. Ends with status 1 and a line for each jar that is no component.
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path

# ELF, Windows, macOS in both orders of bytes and of several processors, AIX.
NATIVE = (b"\x7fELF", b"MZ", b"\xfe\xed\xfa", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"<bigaf>")


def natives(jar):
    """Files of a jar that a processor executes, as components."""
    with zipfile.ZipFile(jar) as entries:
        for name in sorted(entries.namelist()):
            content = b"" if name.endswith((".class", "/")) else entries.read(name)
            if content.startswith(NATIVE):
                yield {"type": "file", "name": name, "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}]}


def main(file, home):
    """Completes the SBOM; answers what is missing."""
    bom = json.loads(file.read_text(encoding="utf-8"))
    known = {}
    for part in bom["components"]:
        if part.get("group") == "io.pairstream":
            known[f"{part['name']}-{part['version']}.jar"] = part
        known.update({each["content"]: part for each in part.get("hashes", []) if each["alg"] == "SHA-256"})
    missing, jars, files = [], sorted([*home.glob("lib/*.jar"), *home.glob("decoder/*.jar")]), 0
    for jar in jars:
        part = known.get(jar.name) or known.get(hashlib.sha256(jar.read_bytes()).hexdigest())
        if part is None:
            missing.append(f"sbom: {jar.relative_to(home)} is no component of {file.name}")
        elif found := list(natives(jar)):
            part["components"] = found
            files += len(found)
    file.write_text(json.dumps(bom, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"sbom: {len(jars) - len(missing)} of {len(jars)} jars are components, with {files} native libraries")
    return missing


sys.exit("\n".join(main(Path(sys.argv[1]), Path(sys.argv[2]))) or None)
