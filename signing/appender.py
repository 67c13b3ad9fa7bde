# mypy: allow-untyped-calls
# pyHanko's PDF objects have untyped constructors
"""The writer behind everything of ours that is appended to a sealed file."""

from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_PDF_1_7 = (1, 7)


class Appender(IncrementalPdfFileWriter):
    """Appends a revision to a PDF/A-2 file: XMP and document information stay as they were, and so does PDF 1.7.

    The library would call a file with an ECDSA signature PDF 2.0 (ISO/TS 32002), which PDF/A-2 knows nothing of.
    """

    def _update_meta(self) -> None:
        pass

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Write PDF 1.7 at most."""
        super().ensure_output_version(min(version, _PDF_1_7))

    def register_extension(self, ext: DeveloperExtension) -> None:
        """Declare ``ext`` if it extends PDF 1.7, as PAdES does."""
        if ext.base_version == pdf_name("/1.7"):
            super().register_extension(ext)
