"""The ways in: HTTP (FastAPI) and the ``sohoa`` command.

Nothing of ours imports this room. It imports ``ingest``, ``ocr``, ``signing``, ``storage`` and ``dossier``.
"""
