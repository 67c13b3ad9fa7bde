"""``sohoa webhooks`` and ``sohoa portal``, as their users call them."""

from pathlib import Path

from dossier.errors import AddressRefused, NotFound
from dossier.identifiers import ReuseReference
from dossier.verdicts import Verdict
from ingest.house import House
from ingest.settings import Settings
from ingest.telling.portal import follow
from storage.audit_log import audit
from storage.reports.dossiers import keep_dossier
from tests.api.test_cli import run, sohoa, sohoa_json
from tests.ingest.telling.test_portal import FILES, OWNER, dossier, keep, own_and_later, reuse

URL = "https://one-stop.example/hook"


def environment(folder: Path) -> dict[str, str]:
    return {"SOHOA_DATA_DIR": str(folder), "PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}


def test_a_subscription_on_the_command_line(tmp_path: Path) -> None:
    here = environment(tmp_path)
    made = sohoa_json(here, "webhooks", "add", URL, "--kind", "paper.stored", "--from-start")
    assert (made["url"], made["kinds"], made["position"]) == (URL, ["paper.stored"], 0)
    shown = sohoa(here, "webhooks", "secret", made["id"], "--overlap-hours", "0")
    assert "whsec_" in shown
    assert made["secret"] not in shown
    (listed,) = sohoa_json(here, "webhooks", "list")["webhooks"]
    assert (listed["id"], listed["secret_generation"], listed["dead"]) == (made["id"], 2, 0)
    assert sohoa_json(here, "webhooks", "deliveries", made["id"], "--state", "dead") == {"deliveries": []}
    assert sohoa_json(here, "webhooks", "replay", made["id"]) == {"replayed": 0}
    assert "Done" in sohoa(here, "webhooks", "resume", made["id"])
    assert sohoa_json(here, "webhooks", "remove", made["id"]) == {"removed": made["id"]}
    assert sohoa_json(here, "webhooks", "list") == {"webhooks": []}
    refused = run(here, "webhooks", "add", "https://10.0.0.1/", exit_code=AddressRefused.exit_code)
    assert "address-refused" in refused.stderr


def test_the_portals_outbox_on_the_command_line(tmp_path: Path) -> None:
    here = environment(tmp_path) | {"SOHOA_PORTAL_FILES_URL": FILES}
    house = House(Settings(data_dir=tmp_path, portal_files_url=FILES))
    kept = keep(house, verdict=Verdict.VALID)
    run(here, "portal", "show", kept.id, exit_code=NotFound.exit_code)
    keep_dossier(house.catalogue, dossier(), actor="one-stop")
    follow(house)
    shown = sohoa(here, "portal", "show", kept.id)
    assert f'"MaChuGiayTo": "{OWNER.number.value}"' in shown
    assert "paper.read" in {entry.action for entry in audit.entries(house.catalogue, limit=1000)}
    own_and_later(house)
    reused = reuse(house, kept)
    run(here, "portal", "show", kept.id, "--reuse", ReuseReference.new(), exit_code=NotFound.exit_code)
    shown = sohoa(here, "portal", "show", kept.id, "--reuse", reused.reference)
    assert f'"TepDinhKemId": "{reused.reference}"' in shown
    follow(house)
    house.close()
    listed = sohoa_json(here, "portal", "list", "--state", "waiting")
    assert listed["count"] == {"waiting": 2, "sent": 0, "accepted": 0, "refused": 0, "dead": 0}
    told_of = {(entry["paper"], entry["reference"]) for entry in listed["papers"]}
    assert told_of == {(kept.id.value, None), (kept.id.value, reused.reference.value)}
    lines = sohoa(here, "portal", "list")
    assert f"reuse {reused.reference}" in lines
    assert OWNER.number.value not in lines
    assert sohoa_json(here, "portal", "retry", kept.id) == {"retried": 2}
    assert sohoa_json(here, "portal", "retry", "--dead", "--refused") == {"retried": 0}
    assert "usage" in run(here, "portal", "retry", exit_code=64).stderr
