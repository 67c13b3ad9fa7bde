"""Sealing and proving: PAdES seals, zone-14 stamps, keys, time stamps, trust and validation reports.

May be imported by ``ingest`` and ``api``, and used alone as a library. Imports ``dossier`` only.
"""
