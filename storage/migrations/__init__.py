"""Alembic migrations of the catalogue; ``storage.database.migrate`` runs them."""
