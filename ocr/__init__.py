"""Reading: from a page image to lines, words, paper type and fields; text, ALTO, hOCR and searchable PDF/A out.

May be imported by ``ingest`` and ``api``, and used alone as a library. Imports ``dossier`` only.
"""
