"""What attacks and quirks are built from: the trees, and signed papers made once."""

import datetime as dt
from functools import cached_property

from pyhanko.sign.fields import MDPPerm

from signing.trust import TrustStore
from tests.signing.others import add_evidence, add_timestamp, sign
from tests.signing.papers import AT, annotate, office_paper, sign_visibly, small_page
from tests.signing.pki import Tree

MOMENT = AT + dt.timedelta(hours=1)


class Kit:
    """Papers signed under the tree ``gov``; ``impostor`` has the same names and other keys."""

    def __init__(self, gov: Tree, impostor: Tree) -> None:
        self.gov, self.impostor = gov, impostor

    @cached_property
    def trust(self) -> TrustStore:
        return self.gov.trust(AT)

    @cached_property
    def signed(self) -> bytes:
        """One page, one signature."""
        return sign(small_page(), self.gov.key(), at=AT)

    @cached_property
    def older(self) -> bytes:
        """The same in the older format."""
        return sign(small_page(), self.gov.older_key(), at=AT, pades=False)

    @cached_property
    def stamped(self) -> bytes:
        """With a time stamp."""
        return sign(small_page(), self.gov.key(), at=AT, stamper=self.gov.stamper(AT))

    @cached_property
    def archived(self) -> bytes:
        """With validation data and an archive time stamp."""
        return add_timestamp(add_evidence(self.stamped, self.trust), self.gov.stamper(AT))

    @cached_property
    def pages(self) -> bytes:
        """Three pages."""
        return sign(small_page(pages=3), self.gov.key(), at=AT)

    @cached_property
    def form(self) -> bytes:
        """With a field that is filled in and one that is not."""
        return sign(small_page(fields=[("Tien", "10"), ("So", None)]), self.gov.key(), at=AT)

    @cached_property
    def compressed(self) -> bytes:
        """With object streams."""
        return sign(small_page(compressed=True), self.gov.key(), at=AT)

    @cached_property
    def visible(self) -> bytes:
        """With a picture of the signature."""
        return sign_visibly(small_page(), self.gov.key(), field="Lãnh đạo")

    @cached_property
    def office(self) -> bytes:
        """Signed by the leader, numbered by the clerk, sealed by the agency."""
        return office_paper(self.gov.key("elliptic"), self.gov.key(), annotate("So 12/QD-UBND"))

    def certified(self, allowed: MDPPerm, page: bytes | None = None) -> bytes:
        """Certified so that only ``allowed`` may follow."""
        return sign(page or small_page(), self.gov.key(), at=AT, certify=allowed)
