"""Run the migrations on the connection, and in the transaction, that ``storage.database.migrate`` hands over."""

from alembic import context

from storage.schema import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
