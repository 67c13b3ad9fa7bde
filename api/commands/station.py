"""``sohoa station``: the agent of a scanner's PC; the same program as ``build/station.pyz``."""

from pathlib import Path
from typing import Annotated

import typer

from dossier.errors import UnreadableFile, UsageError


def station(
    folder: Annotated[
        Path, typer.Argument(help="Thư mục của trạm: inbox, sending, done, failed. / The station's folder.")
    ],
    server: Annotated[str, typer.Option(help="Địa chỉ dịch vụ. / Address of the service.")],
    key_file: Annotated[Path, typer.Option(help="Tệp chứa khóa truy cập của trạm. / File with the station's key.")],
    ca: Annotated[Path | None, typer.Option(help="Chứng thư gốc tin cậy, PEM. / Root certificate to trust.")] = None,
    limit_kib: Annotated[
        int, typer.Option(min=0, help="KiB mỗi giây tối đa, 0: không hạn chế. / Most KiB a second.")
    ] = 0,
    keep_mib: Annotated[
        int, typer.Option(min=0, help="Giữ lại bấy nhiêu MiB đã gửi. / MiB kept of what was sent.")
    ] = 2048,
    settle_s: Annotated[
        float, typer.Option(min=0, help="Chờ tệp ổn định, giây. / Seconds until a file is finished.")
    ] = 5,
    queue_mib: Annotated[int, typer.Option(min=1, help="MiB chờ gửi tối đa. / Most MiB that wait.")] = 20480,
    scanner: Annotated[
        str | None, typer.Option(help="Địa chỉ máy quét mạng eSCL. / Address of a network scanner.")
    ] = None,
    dpi: Annotated[
        int, typer.Option(min=100, max=1200, help="Độ phân giải của máy quét mạng. / Its resolution.")
    ] = 300,
    *,
    one_sided: Annotated[
        bool, typer.Option("--one-sided", help="Máy quét mạng chỉ quét một mặt. / It scans fronts alone.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Gửi hết rồi dừng. / Send what is there, then stop.")] = False,
) -> None:
    """Gửi bản quét từ một thư mục, chịu được mạng yếu và mất điện. / Send what is scanned into a folder."""
    from station.agent import start  # noqa: PLC0415 - Python's own HTTP, which no other command needs

    try:
        start(
            folder,
            server,
            key_file,
            ca=ca,
            limit_kib=limit_kib,
            keep_mib=keep_mib,
            settle_s=settle_s,
            queue_mib=queue_mib,
            scanner=scanner,
            dpi=dpi,
            one_sided=one_sided,
            once=once,
        )
    except OSError as error:
        raise UnreadableFile(name=Path(error.filename or "").name, reason=error.strerror or "") from None
    except ValueError as error:
        raise UsageError(reason=str(error)) from None
