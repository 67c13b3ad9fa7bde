"""``sohoa objects``: the keys under which the folder store encrypts."""

import typer

from api.commands.common import AsJson, open_house, out, print_json
from dossier.errors import ConfigurationError
from ingest.house import House

app = typer.Typer(help="Khóa mã hóa của kho đối tượng. / Keys of the object store.", no_args_is_help=True)


@app.command("keys")
def list_keys(as_json: AsJson = False) -> None:
    """Liệt kê mã các khóa, khóa sau cùng mã hóa cái mới. / List the keys' identifiers, the one in use last."""
    with open_house() as house:
        _require_folder(house)
        _ = house.objects  # makes the first key, and says if one is missing
        _show(house, as_json)


@app.command("new-key")
def new_key(as_json: AsJson = False) -> None:
    """Thêm khóa mới; khóa cũ vẫn mở cái cũ. / Add a key for what is new; the old ones still open what is old."""
    with open_house() as house:
        _require_folder(house)
        _ = house.objects
        house.object_keys.add()
        _show(house, as_json)
        if not as_json:
            out.print("Hãy khởi động lại dịch vụ và cất bản sao tệp khóa. / Restart, and keep a copy of the key file.")


def _require_folder(house: House) -> None:
    if house.settings.object_store != "folder":
        raise ConfigurationError(reason="an S3 server encrypts under keys of its own, which are replaced there")


def _show(house: House, as_json: bool) -> None:  # noqa: FBT001 - the flag of the command
    ids = house.object_keys.ids()
    if as_json:
        print_json({"file": str(house.object_keys.path), "keys": ids})
    else:
        out.print(str(house.object_keys.path), soft_wrap=True)
        for key_id in ids:
            out.print(f"  {key_id}")
