import datetime as dt
from collections.abc import Iterator

import pytest
from certomancer.registry import CertomancerConfig

from signing.development import DevelopmentAuthority
from signing.seal import seal
from signing.stamp import Stamp
from signing.trust import TrustStore
from tests.signing.pages import scan_pdf
from tests.signing.pki import AGENCY, Tree, serve, tree

AT = dt.datetime(2026, 11, 22, 2, 15, 4, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    return DevelopmentAuthority.open(tmp_path_factory.mktemp("authority") / "dev", at=AT)


@pytest.fixture(scope="session")
def trust(authority: DevelopmentAuthority) -> TrustStore:
    return authority.trust(AT)


@pytest.fixture(scope="session")
def page() -> bytes:
    return scan_pdf()


@pytest.fixture(scope="session")
def sealed(authority: DevelopmentAuthority, trust: TrustStore, page: bytes) -> bytes:
    return seal(
        page,
        key=authority.seal_key(AGENCY, at=AT),
        stamp=Stamp(agency=AGENCY),
        time_stamper=authority.time_stamper(lambda: AT),
        trust=trust,
        signing_time=AT,
        environment="test",
    )


@pytest.fixture(scope="session")
def impostor(trees: CertomancerConfig) -> Tree:
    return tree(trees, "impostor")


@pytest.fixture
def server(trees: CertomancerConfig) -> Iterator[str]:
    with serve(trees) as url:
        yield url
