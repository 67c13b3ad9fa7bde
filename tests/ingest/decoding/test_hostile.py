"""Files made wrong at random: each is refused with an error of ours, or read; nothing crashes or is left behind."""

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dossier.errors import DamagedFile, InputError, LimitExceeded, UnsupportedType
from ingest.decoding.decode import decode
from ingest.intake.inspect import inspect, recognise, whole
from ingest.limited.limits import Limits
from tests.ingest import made

LIMITS = Limits(cpu_s=20, wall_s=60.0)
SMALL = made.picture(120, 170)
GOOD = {
    "scan.pdf": made.scan_pdf(SMALL, made.picture(100, 100, 2)),
    "packed.pdf": made.scan_pdf(SMALL, object_stream_mode=made.pikepdf.ObjectStreamMode.generate),
    "fast.pdf": made.scan_pdf(SMALL, linearize=True),
    "scan.tif": made.tiff(SMALL, SMALL),
    "packed.tif": made.encoded(SMALL, "TIFF", compression="tiff_lzw"),
    "photo.jpg": made.encoded(SMALL, "JPEG", dpi=(100, 100)),
    "wave.jpg": made.encoded(SMALL, "JPEG", progressive=True),
    "scan.png": made.encoded(SMALL, "PNG", dpi=(100, 100)),
}


@pytest.mark.parametrize("name", GOOD)
def test_the_files_are_good_before_they_are_made_wrong(name: str) -> None:
    assert [page.number for page in decode(GOOD[name], inspect(GOOD[name], LIMITS), LIMITS)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(GOOD)), seed=st.integers(0, 2**32 - 1))
def test_mutated_files_are_refused_or_read(
    name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    data = made.mutated(GOOD[name], seed)
    with contextlib.suppress(InputError, LimitExceeded):
        inspection = inspect(data, LIMITS)
        pages = list(decode(data, inspection, LIMITS))
        assert [page.number for page in pages] == list(range(1, inspection.page_count + 1))
        for page, size in zip(pages, inspection.pages, strict=True):
            assert page.pixels.shape == (size.height, size.width, 3)
    assert not list(tmp_path.iterdir())


@given(st.binary(max_size=400))
def test_any_bytes_are_recognised_or_refused(data: bytes) -> None:
    try:
        kept = whole(data, recognise(data))
    except (UnsupportedType, DamagedFile):
        return
    assert data.startswith(kept[:-1])
