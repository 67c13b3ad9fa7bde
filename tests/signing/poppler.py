"""What independent programs see: poppler's renderer, text extraction and signature check; OpenSSL."""

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def render(pdf: bytes, folder: Path, dpi: int = 200) -> NDArray[np.uint8]:
    """Return page 1 as displayed, grey."""
    (folder / "r.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dpi), "-f", "1", "-l", "1", "-singlefile", "-gray", "r.pdf", "r"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    with Image.open(folder / "r.pgm") as picture:
        return np.asarray(picture)


def text(pdf: bytes, folder: Path) -> str:
    (folder / "t.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "t.pdf", "-"], cwd=folder, check=True, capture_output=True)
    return " ".join(done.stdout.decode().split())


def words(pdf: bytes, folder: Path) -> list[tuple[float, float, float, float, str]]:
    """Return the words of page 1 with their boxes (left, top, right, bottom) in points as displayed."""
    (folder / "w.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-bbox", "-l", "1", "w.pdf", "-"], cwd=folder, check=True, capture_output=True)
    found = []
    for line in done.stdout.decode().splitlines():
        if "<word" in line:
            values = [part.split('"')[1] for part in line.strip().split(" ")[1:5]]
            left, top, right, bottom = (float(v) for v in values)
            found.append((left, top, right, bottom, line.split(">")[1].split("<")[0]))
    return found


def signatures(pdf: bytes, folder: Path) -> str:
    (folder / "s.pdf").write_bytes(pdf)
    done = subprocess.run(["pdfsig", "-nocert", "s.pdf"], cwd=folder, check=False, capture_output=True)
    return done.stdout.decode()


def openssl(signature: bytes, document: bytes, root: bytes, folder: Path) -> str:
    """Return what OpenSSL says about a detached CMS signature, CAdES attributes included."""
    for name, data in {"s.der": signature, "d.bin": document, "r.der": root}.items():
        (folder / name).write_bytes(data)
    command = (
        "openssl x509 -inform DER -in r.der -out r.pem && openssl cms -verify -cades -binary -inform DER -in s.der"
    )
    options = "-content d.bin -CAfile r.pem -purpose any -no_check_time -out o.bin"
    done = subprocess.run(["sh", "-c", f"{command} {options}"], cwd=folder, check=False, capture_output=True)
    return done.stderr.decode()


def shown(pdf: bytes, folder: Path, dpi: int = 40) -> bytes:
    """Return every page as displayed, one after the other, empty if there is none."""
    (folder / "p.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dpi), "-gray", "p.pdf"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=60).stdout
