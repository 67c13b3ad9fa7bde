"""From files to a finished paper: intake, decoding, page cleanup, the pipeline and its workers.

May be imported by ``api``. Imports ``ocr``, ``signing``, ``storage`` and ``dossier``.
"""
