"""Sealing and proving: PAdES seals, zone-14 stamps, keys, time stamps, trust and validation reports.

May be imported by ``ingest`` and ``api``, and used alone as a library. Imports ``dossier`` only.
"""

import logging

# These libraries log subject names of certificates, which are personal data; their findings reach the reports instead.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)
