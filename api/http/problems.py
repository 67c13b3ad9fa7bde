"""Every error as one kind of body: a problem document (RFC 9457), made here and nowhere else.

What failed inside the service goes to the log by its code, not to the caller.
"""

import traceback
from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from dossier.errors import InvalidRequest, MethodNotAllowed, SohoaError, UnknownAddress

MEDIA_TYPE = "application/problem+json"
SERVER_ERROR = 500
_log = structlog.get_logger(__name__)

_TITLES: Mapping[int, tuple[str, str]] = {
    401: ("Chưa xác thực", "Not authenticated"),
    403: ("Không có quyền", "Not allowed"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Phương thức không được hỗ trợ", "Method not allowed"),
    409: ("Không phù hợp với trạng thái hiện tại", "Conflict with the present state"),
    410: ("Đã hết hạn", "No longer there"),
    412: ("Phiên bản giao thức không được hỗ trợ", "Protocol version not spoken here"),
    413: ("Nội dung quá lớn", "Content too large"),
    415: ("Kiểu nội dung không được hỗ trợ", "Content of another type"),
    416: ("Phần yêu cầu nằm ngoài tệp", "Part outside the file"),
    422: ("Dữ liệu không dùng được", "Input cannot be used"),
    429: ("Quá nhiều lần", "Too many attempts"),
    460: ("Sai mã kiểm tra", "Checksum mismatch"),
    500: ("Lỗi bên trong dịch vụ", "Error inside the service"),
    503: ("Dịch vụ tạm thời chưa sẵn sàng", "Service not available for now"),
}
_HEADERS: Mapping[int, Mapping[str, str]] = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "10"}}


def problem(request: Request, error: SohoaError, **more: object) -> JSONResponse:
    """Return the response for ``error``.

    Args:
        request: The request it answers.
        error: What went wrong.
        **more: Further members of the body.
    """
    request.state.problem = error.code
    title, title_en = _TITLES[error.status]
    inside = error.status >= SERVER_ERROR
    if inside:
        _log.error("failed", code=error.code, reason=error.text_en, request=request.state.request_id)
    body = {
        "type": f"urn:sohoa:error:{error.code}",
        "title": title,
        "title_en": title_en,
        "status": error.status,
        "detail": title if inside else error.text_vi,
        "detail_en": title_en if inside else error.text_en,
        "instance": f"urn:sohoa:request:{request.state.request_id}",
        "code": error.code,
        "advice": error.advice_vi,
        "advice_en": error.advice_en,
        **{name: error.details[name] for name in error.members},
        **more,
    }
    return JSONResponse(body, error.status, headers=_HEADERS.get(error.status), media_type=MEDIA_TYPE)


def unexpected(request: Request, error: Exception) -> JSONResponse:
    """Return the response for an error nobody foresaw; the log gets its kind and place, not its words."""
    frames = traceback.extract_tb(error.__traceback__)
    _log.error(
        "unexpected error",
        kind=type(error).__name__,
        at=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
        request=request.state.request_id,
    )
    return problem(request, SohoaError())


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error with a problem document."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, SohoaError)  # noqa: S101 - registered for this class only
        return problem(request, error)

    async def malformed(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
        return problem(request, InvalidRequest(), errors=[_wrong_part(part) for part in error.errors()])

    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
        match error.status_code:
            case 404:
                return problem(request, UnknownAddress())
            case 405:
                allowed = ", ".join(_methods(app, request))
                response = problem(request, MethodNotAllowed(allowed=allowed))
                response.headers["Allow"] = allowed
                return response
            case status if status < SERVER_ERROR:
                return problem(request, InvalidRequest())
            case _:
                return unexpected(request, error)

    app.add_exception_handler(SohoaError, ours)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, refused)


def _wrong_part(part: Mapping[str, Any]) -> dict[str, str]:
    """Return where a request is wrong and why, without repeating what it said."""
    return {"field": ".".join(str(step) for step in part["loc"]), "reason": part["msg"], "kind": part["type"]}


def _methods(app: FastAPI, request: Request) -> list[str]:
    """Return the methods known at the path of ``request``."""
    path = request.scope["route"].path
    return sorted({m for route in iter_route_contexts(app.routes) if route.path == path for m in route.methods or ()})
