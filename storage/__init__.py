"""Keeping and reusing: object stores, the catalogue of papers and owners, lookup, retention, the audit log.

May be imported by ``ingest`` and ``api``, and used alone as a library. Imports ``dossier`` only.
"""
