"""The numbers of one owner."""

from sqlalchemy import select

from dossier.identifiers import OWNER_NUMBER_KINDS, OwnerNumber
from storage.catalogue import Catalogue, owner_group
from storage.database import reading
from storage.schema import OwnerRow


def numbers_of(catalogue: Catalogue, number: OwnerNumber) -> frozenset[OwnerNumber]:
    """Return all numbers of the owner who has this one, itself too, whether it is known or not.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    with reading(catalogue.engine) as session:
        rows = session.scalars(select(OwnerRow).where(OwnerRow.serial.in_(owner_group(session, number))))
        return frozenset({number, *(OWNER_NUMBER_KINDS[row.kind](row.number) for row in rows)})
