"""``sohoa serve`` and ``sohoa worker``: the long-running processes."""

import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from api.commands.common import err, open_house
from dossier.errors import PartFailed

if TYPE_CHECKING:
    from ingest.work import Work


_CLOSING_S = 10.0
"""Seconds to give back papers after the steps have ended; what is not given back by then, others take over."""


def serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe; mặc định chỉ máy này. / Address.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    workers: Annotated[
        bool, typer.Option(help="Xử lý giấy tờ trong tiến trình này. / Work on papers here too.")
    ] = True,
) -> None:
    """Chạy API và xử lý giấy tờ trong một tiến trình. / Run the API and the workers in one process."""
    import uvicorn  # noqa: PLC0415 - the server's parts, which no other command needs

    from api.accounts import ensure_first_accounts  # noqa: PLC0415
    from api.http.app import create_app  # noqa: PLC0415
    from api.keys import ensure_first_keys  # noqa: PLC0415
    from ingest.work import Work  # noqa: PLC0415

    # Requests wait for the database many times each: a thread that comes back must not wait 5 ms for its turn.
    sys.setswitchinterval(0.0005)
    asked = threading.Event()
    _on_stop(asked.set)  # before there is anything to be given back
    with open_house() as house:
        _log_to_stderr()
        address, number = host or house.settings.host, port or house.settings.port
        listener = _listen(address, number)
        for role, path in ensure_first_keys(house).items():
            err.print(f"Khóa truy cập ban đầu / first access key: {role} → {path}", soft_wrap=True)
        for name, password in ensure_first_accounts(house).items():
            err.print(f"Đăng nhập lần đầu / first sign-in: {name} · {password}", soft_wrap=True)
        work = Work(house, draws=workers)
        try:
            app = create_app(house, work)
            server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))

            def stop() -> None:
                server.should_exit = True
                app.state.watch.close()
                app.state.batch_watch.close()

            _on_stop(stop)
            if asked.is_set():
                stop()
            err.print(f"sohoa: http://{address}:{number}/desk · /v1 (Ctrl+C để dừng / to stop)")
            gc.collect()
            gc.freeze()  # the application stays too: see api.start
            server.run(sockets=[listener])
        finally:
            _end(work)


def worker() -> None:
    """Chỉ xử lý giấy tờ, không mở cổng mạng. / Work on papers only; opens no port."""
    from ingest.work import Work  # noqa: PLC0415 - the work queue, which most commands never need

    stop = threading.Event()
    _on_stop(stop.set)
    with open_house() as house:
        _log_to_stderr()
        work = Work(house)
        err.print(f"sohoa worker {work.executor} (Ctrl+C để dừng / to stop)")
        try:
            stop.wait()
        finally:
            _end(work)


def _end(work: "Work") -> None:
    """Close ``work``; the process ends even if a step does not, or the database is away."""
    failed = sys.exc_info()[1]
    status = 0 if failed is None else 1
    latest = threading.Timer(work.house.settings.drain_s + _CLOSING_S, os._exit, (status,))
    latest.daemon = True
    latest.start()
    try:
        ended = work.close()
    finally:
        latest.cancel()
    if not ended:
        if failed is not None:
            err.print(f"sohoa: {failed}", soft_wrap=True)
        sys.stdout.flush()
        os._exit(status)  # a thread in the middle of a step must neither be waited for nor see the house closed


def _listen(address: str, port: int) -> socket.socket:
    """Return a socket bound to ``address`` and ``port``, before anything is announced.

    Raises:
        PartFailed: The port is taken, or this machine does not have the address.
    """
    try:
        listener = socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
    except OSError as error:
        raise PartFailed(part=f"{address}:{port}", reason=error.strerror) from None
    # Connections inherit it. Without it the end of an answer waits for the caller's delayed acknowledgement: 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _on_stop(stop: Callable[[], None]) -> None:
    """Call ``stop`` on Ctrl+C and on a service manager's request, so that the process ends in order."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop())


def _log_to_stderr() -> None:
    """Write one JSON line per event, without personal data, for whatever collects logs."""
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
