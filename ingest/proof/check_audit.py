"""Kiểm tra trích lục nhật ký của gói bằng chứng. / Checks the audit excerpt of an evidence package.

Chỉ dùng thư viện chuẩn của Python 3. / Python 3's standard library only:

    python3 -I audit/check.py

Mỗi dòng của entries.jsonl là một mục nhật ký; SHA-256 của dòng là mã băm của mục. Từ mã băm đó và các mã băm bên cạnh
trong proof.json phải tính lại được gốc cây trong head.json (RFC 9162, mục 2.1). / Each line of entries.jsonl is an
entry; its SHA-256 is the entry's hash. From it and the hashes beside its way, in proof.json, the root in head.json must
come out (RFC 9162, clause 2.1).
"""

import hashlib
import json
import sys
from pathlib import Path


def sha256(*parts: bytes) -> bytes:
    """Return the SHA-256 of the parts joined."""
    return hashlib.sha256(b"".join(parts)).digest()


def root_from(leaf: bytes, place: int, size: int, path: list[bytes]) -> bytes:
    """Return the root to which a leaf of a tree and the hashes beside its way lead (RFC 9162, 2.1.3.2)."""
    first, last, found = place, size - 1, sha256(b"\x00", leaf)
    for beside in path:
        if last == 0:
            raise ValueError("the path is too long")
        if first & 1 or first == last:
            found = sha256(b"\x01", beside, found)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            found = sha256(b"\x01", found, beside)
        first, last = first >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return found


def check(package: Path) -> list[str]:
    """Return what is wrong with the excerpt in a package; nothing if all of it holds."""
    lines = (package / "audit" / "entries.jsonl").read_bytes().splitlines()
    proof = json.loads((package / "audit" / "proof.json").read_bytes())
    head = json.loads((package / "audit" / "head.json").read_bytes())
    wrong = [] if len(lines) == len(proof["entries"]) and lines else ["the proof is of other entries"]
    named: dict[str, str] = {}
    previous = 0
    for line, proven in zip(lines, proof["entries"], strict=False):
        entry = json.loads(line)
        leaf, path = sha256(line), [bytes.fromhex(one) for one in proven["path"]]
        if entry["object"] != proof["object"] or not previous < entry["seq"] <= head["seq"]:
            wrong.append(f"entry {entry['seq']} does not belong here")
        elif proven["hash"] != leaf.hex() or (entry["seq"] == head["seq"] and head["hash"] != leaf.hex()):
            wrong.append(f"entry {entry['seq']} does not have its hash")
        elif root_from(leaf, entry["seq"] - 1, head["seq"], path).hex() != head["root"]:
            wrong.append(f"entry {entry['seq']} is not in the log of this head")
        previous = entry["seq"]
        named |= {value: key for key, value in entry["detail"].items() if key.endswith("sha256")}
    original = (package / "original.sha256").read_text().split()[0]
    files = {name: sha256((package / name).read_bytes()).hex() for name in ("paper.pdf", "report/report.json")}
    for name, digest in {**files, "original": original}.items():
        if digest not in named:
            wrong.append(f"no entry names the SHA-256 of {name}")
    return wrong


if __name__ == "__main__":
    found = check(Path(__file__).resolve().parent.parent)
    for text in found:
        sys.stderr.write(f"SAI / WRONG: {text}\n")
    if found:
        sys.exit(1)
    sys.stdout.write("Trích lục nhật ký đúng với gốc cây. / The audit excerpt fits the root of the tree.\n")
