"""The way in over HTTP: a FastAPI application, everything under ``/v1``, one endpoint per module in ``routes``.

Other rooms of ``api`` may import ``app.create_app`` and, from ``access``, roles and keys.
"""
