"""Everything that can go wrong, in one tree.

Each class carries a stable ``code`` (never renamed: other systems match on it), a Vietnamese and an English sentence
saying what went wrong, and in both languages what to do next. Details given to the constructor fill the sentences'
placeholders; they must never hold personal data, because errors are logged.

::

    SohoaError
    ├── InputError                 what was handed in is wrong; nothing was lost          exit 3   HTTP 422
    │   ├── EmptyFile, UnsupportedType, DamagedFile, EncryptedFile
    │   ├── FileTooLarge, TooManyPages, PageTooLarge, FileDiffers
    │   ├── ChecksumDiffers, ProtocolUnknown, WrongMediaType     (HTTP 460, 412, 415)
    │   ├── SecrecyMark, MalwareFound, ActiveContent
    │   ├── InvalidOwnerNumber, InvalidIdentifier, InvalidValue
    │   ├── UnknownPaperType, UnknownProcedure, UnknownForm, UnreadableFile, UnwritableFile
    │   ├── PassphraseWrong, AddressRefused
    │   ├── UsageError             wrong words on the command line                        exit 64
    │   ├── InvalidRequest, RequestTooLarge, MethodNotAllowed    (HTTP 422, 413, 405)
    │   └── RangeNotSatisfiable                                                           HTTP 416
    ├── NotFound                   no such paper, batch, object or file                   exit 4   HTTP 404
    │   ├── UnknownAddress
    │   └── LinkExpired                                                                    HTTP 410
    ├── Conflict                   the request does not fit the present state             exit 5   HTTP 409
    │   ├── WrongState, AlreadyExists, RetentionLocked, ObjectHeld, BatchMismatch
    │   ├── NotSealed, NotSplittable, NotJoinable, NotRenewable, SamePerson, NotEmpty, OwnersDiffer
    │   ├── NotReusable, PaperKnown, CursorUnknown
    │   ├── OffsetDiffers, BatchIncomplete, BatchClosed, ClaimedByOther
    │   ├── SecondPersonNeeded
    │   └── UploadsUnfinished                                                              HTTP 429
    ├── PartError                  an external part is missing or failed                  exit 6   HTTP 503
    │   ├── PartMissing, PartFailed, LimitExceeded, WorkerLost
    │   ├── DiskLow, SealRefused, PortalUnavailable
    │   ├── QueueFull                                                                      HTTP 429
    │   └── PartAway               a part is away for a while; the work waits for it
    │       ├── DiskFull, StoreUnavailable, TimestampUnavailable, KeyUnavailable, SealMissing
    │       └── ObjectKeyMissing, IssuerUnavailable, ScannerUnavailable
    ├── ConfigurationError         the settings contradict themselves                     exit 7   HTTP 500
    ├── AccessError                                                                       exit 8
    │   ├── Unauthenticated, SignInRefused                                                         HTTP 401
    │   ├── Forbidden, AgencyForbidden, NoGrant                                                    HTTP 403
    │   ├── PasswordChangeNeeded, RequestForged, NameDiffers                                       HTTP 403
    │   └── TooManyRequests, TooManyAttempts                                                       HTTP 429
    └── IntegrityError             stored bytes or the audit chain are not what was kept  exit 9   HTTP 500
        ├── ObjectDamaged, BackupDamaged
        └── AuditChainBroken
"""

import errno
from typing import ClassVar

_NOUNS_VI = {
    "access key": "khóa truy cập",
    "batch": "lô",
    "upload": "lần tải lên",
    "receipt": "biên nhận của lô",
    "file": "tệp",
    "object": "đối tượng",
    "paper": "giấy tờ",
    "field": "trường có ảnh",
    "page": "trang",
    "disposal": "đề nghị tiêu hủy",
    "hold lifting": "đề nghị gỡ tạm giữ",
    "evidence record": "hồ sơ bằng chứng",
    "status list": "danh sách tình trạng",
    "dossier": "hồ sơ",
    "merge": "lần gộp số",
    "reuse": "lần dùng lại",
    "component": "thành phần hồ sơ",
    "webhook": "đăng ký nhận thông báo",
    "portal message": "nội dung đồng bộ của giấy tờ",
    "dead delivery": "thông báo đã ngừng gửi",
    "grant": "quyền được cấp",
    "account": "tài khoản",
}
"""Vietnamese nouns of the kinds of things errors speak of."""
_LARGE = 10_000


class SohoaError(Exception):
    """Base of every error of ours.

    Args:
        **details: Values for the placeholders of ``en`` and ``vi``; no personal data.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 500
    members: ClassVar[tuple[str, ...]] = ()
    """Names of the details that programs get by themselves, beside the sentences."""
    en: ClassVar[str] = "Something went wrong."
    vi: ClassVar[str] = "Đã có lỗi xảy ra."
    advice_en: ClassVar[str] = "Try again; if it happens again, tell the administrator the error code."
    advice_vi: ClassVar[str] = "Hãy thử lại; nếu vẫn lỗi, báo quản trị viên mã lỗi này."

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.text_en)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.details)

    @property
    def text_en(self) -> str:
        """What went wrong, in English."""
        return self.en.format(**_shown(self.details, ","))

    @property
    def text_vi(self) -> str:
        """What went wrong, in Vietnamese; a ``kind`` of thing is named by its Vietnamese noun."""
        kind = str(self.details.get("kind", ""))
        return self.vi.format(**{"kind_vi": _NOUNS_VI.get(kind, kind), **_shown(self.details, ".")})


def _shown(details: dict[str, object], separator: str) -> dict[str, object]:
    """Return the details with the thousands of large numbers parted, as the language parts them."""
    return {
        name: f"{value:,}".replace(",", separator) if isinstance(value, int) and value >= _LARGE else value
        for name, value in details.items()
    }


def _rebuild(kind: type[SohoaError], details: dict[str, object]) -> SohoaError:
    """Make an error again from what ``pickle`` kept of it (its constructor takes keywords only)."""
    return kind(**details)


# --- what was handed in is wrong -------------------------------------------------------------------------------------


class InputError(SohoaError):
    """What was handed in is wrong; the sender must change it."""

    code = "input"
    exit_code = 3
    status = 422
    en = "The input cannot be used."
    vi = "Dữ liệu đưa vào không dùng được."
    advice_en = "Correct the input and send it again."
    advice_vi = "Hãy sửa dữ liệu rồi gửi lại."


class EmptyFile(InputError):
    """A file of zero bytes."""

    code = "file-empty"
    en = "The file is empty (0 bytes)."
    vi = "Tệp rỗng (0 byte)."
    advice_en = "Scan the paper again; the scanner may have stopped before writing."
    advice_vi = "Hãy quét lại giấy tờ; có thể máy quét đã dừng trước khi ghi tệp."


class UnsupportedType(InputError):
    """The bytes are none of PDF, TIFF, JPEG, PNG."""

    code = "file-type-unsupported"
    en = "The file is not a PDF, TIFF, JPEG or PNG (its content was examined, not its name)."
    vi = "Tệp không phải PDF, TIFF, JPEG hay PNG (đã xem nội dung, không chỉ tên tệp)."
    advice_en = "Scan to PDF, TIFF, JPEG or PNG and send that file."
    advice_vi = "Hãy quét ra PDF, TIFF, JPEG hoặc PNG rồi gửi tệp đó."


class DamagedFile(InputError):
    """The file begins as a known type but cannot be read to its end."""

    code = "file-damaged"
    en = "The file is damaged or cut short: {reason}."
    vi = "Tệp bị hỏng hoặc bị cắt cụt."
    advice_en = "Send the file again, or scan the paper again."
    advice_vi = "Hãy gửi lại tệp hoặc quét lại giấy tờ."


class EncryptedFile(InputError):
    """A PDF that asks for a password."""

    code = "file-encrypted"
    en = "The PDF is protected by a password."
    vi = "Tệp PDF được bảo vệ bằng mật khẩu."
    advice_en = "Remove the password and send the file again."
    advice_vi = "Hãy bỏ mật khẩu rồi gửi lại tệp."


class FileTooLarge(InputError):
    """More bytes than the limit."""

    code = "file-too-large"
    status = 413
    en = "The file has {size} bytes; at most {limit} are accepted."
    vi = "Tệp có {size} byte; chỉ nhận tối đa {limit} byte."
    advice_en = "Send the paper in several files."
    advice_vi = "Hãy chia giấy tờ thành nhiều tệp."


class TooManyPages(InputError):
    """More pages than the limit."""

    code = "too-many-pages"
    en = "The file has {pages} pages; at most {limit} are accepted."
    vi = "Tệp có {pages} trang; chỉ nhận tối đa {limit} trang."
    advice_en = "Send the paper in several files."
    advice_vi = "Hãy chia giấy tờ thành nhiều tệp."


class PageTooLarge(InputError):
    """A page with more pixels than the limit."""

    code = "page-too-large"
    en = "Page {page} measures {width} x {height} pixels; at most {limit} pixels are accepted."
    vi = "Trang {page} có kích thước {width} x {height} điểm ảnh; chỉ nhận tối đa {limit} điểm ảnh."
    advice_en = "Scan at 200 to 300 dpi."
    advice_vi = "Hãy quét ở độ phân giải 200 đến 300 dpi."


class FileDiffers(InputError):
    """Bytes that are not those that were announced: fewer, more, or others."""

    code = "file-differs"
    en = "The file is not the one that was announced: its size or its SHA-256 differs."
    vi = "Tệp không đúng như đã khai báo: kích thước hoặc mã băm SHA-256 khác."
    advice_en = "Send the file again from its beginning."
    advice_vi = "Hãy gửi lại tệp từ đầu."


class ChecksumDiffers(InputError):
    """A piece of a file that was changed on its way."""

    code = "upload-checksum"
    status = 460
    en = "What arrived does not have the checksum it was sent with; it was not kept."
    vi = "Phần vừa nhận không khớp mã kiểm tra gửi kèm nên không được lưu."
    advice_en = "Send the same piece again."
    advice_vi = "Hãy gửi lại đúng phần đó."


class WrongMediaType(InputError):
    """A body of another kind than the address takes."""

    code = "media-type"
    status = 415
    en = "This address takes {expected}."
    vi = "Địa chỉ này nhận nội dung kiểu {expected}."
    advice_en = "Name this type in the header Content-Type."
    advice_vi = "Hãy nêu đúng kiểu trong tiêu đề Content-Type."


class ProtocolUnknown(InputError):
    """A request of a version of the upload protocol that is not spoken here."""

    code = "tus-version"
    status = 412
    en = "Uploads follow tus {version}: send it in the header Tus-Resumable."
    vi = "Việc tải lên theo giao thức tus {version}: hãy nêu trong tiêu đề Tus-Resumable."
    advice_en = "Use a client of this version."
    advice_vi = "Hãy dùng chương trình theo đúng phiên bản này."


class SecrecyMark(InputError):
    """A state-secret mark was found (decree 30/2020 art. 27; Law on protection of state secrets)."""

    code = "secrecy-mark"
    en = "The paper carries a secrecy mark and must not be digitized here."
    vi = "Giấy tờ có dấu độ mật, không được số hóa tại đây."
    advice_en = "Stop, keep the paper, and follow the rules on state secrets."
    advice_vi = "Hãy dừng lại, giữ giấy tờ và làm theo quy định về bảo vệ bí mật nhà nước."


class ActiveContent(InputError):
    """The file is more than pages: it carries scripts, actions that start something, other files, or a second file."""

    code = "active-content"
    en = "The file holds more than pages: {what}."
    vi = "Tệp chứa nội dung ngoài trang giấy: {what_vi}."
    advice_en = "Print the document and scan it, or have it issued again as a plain PDF."
    advice_vi = "Hãy in ra rồi quét lại, hoặc đề nghị cấp lại tệp PDF thông thường."


class MalwareFound(InputError):
    """The virus scanner knows the file as harmful; which harm it is stays with the scanner's own log."""

    code = "malware-found"
    en = "The virus scanner found the file harmful."
    vi = "Phần mềm diệt vi-rút phát hiện tệp có mã độc."
    advice_en = "Do not open the file; have the computer that sent it checked, and scan the paper again."
    advice_vi = "Không mở tệp này; hãy kiểm tra máy đã gửi tệp rồi quét lại giấy tờ."


class InvalidOwnerNumber(InputError):
    """No valid citizen number, old identity number, tax code or passport number."""

    code = "owner-number-invalid"
    en = "The owner number is not valid: {reason}."
    vi = "Số định danh của chủ giấy tờ không hợp lệ: {reason_vi}."
    advice_en = "Compare the number with the identity card or the tax registration."
    advice_vi = "Hãy đối chiếu số với căn cước công dân hoặc đăng ký thuế."


class InvalidIdentifier(InputError):
    """A dossier number, procedure code, agency code or result code of the wrong form."""

    code = "identifier-invalid"
    en = "Not a valid {kind}: it must look like {example}."
    vi = "{kind_vi} không hợp lệ: phải có dạng {example}."


class InvalidValue(InputError):
    """A value that does not fit its field's type."""

    code = "value-invalid"
    en = "The value of '{key}' is not valid: {reason}."
    vi = "Giá trị của trường '{key}' không hợp lệ: {reason_vi}."

    def __init__(self, *, key: str, reason: str, reason_vi: str = "") -> None:
        super().__init__(key=key, reason=reason, reason_vi=reason_vi or reason)


class UnknownPaperType(InputError):
    """A paper type the catalogue does not declare."""

    code = "paper-type-unknown"
    en = "The catalogue has no paper type '{type}'; it has: {known}."
    vi = "Danh mục không có loại giấy tờ '{type}'; hiện có: {known}."


class UnknownProcedure(InputError):
    """A procedure the catalogue does not declare."""

    code = "procedure-unknown"
    en = "The catalogue has no procedure '{procedure}' in force."
    vi = "Danh mục không có thủ tục '{procedure}' đang có hiệu lực."
    advice_en = "Compare the code with the national database of procedures, or have the administrator add it."
    advice_vi = "Hãy đối chiếu mã với CSDL quốc gia về TTHC, hoặc đề nghị quản trị viên bổ sung thủ tục."


class UnknownForm(InputError):
    """A form the catalogue does not declare."""

    code = "form-unknown"
    en = "The catalogue has no form '{form}'; it has: {known}."
    vi = "Danh mục không có biểu mẫu '{form}'; hiện có: {known}."


class UnreadableFile(InputError):
    """A folder, or a file that may not be read."""

    code = "file-unreadable"
    en = "'{name}' cannot be read: it is a folder, or its permissions forbid it."
    vi = "Không đọc được '{name}': đây là thư mục, hoặc không có quyền đọc."
    advice_en = "Name a file that you may read."
    advice_vi = "Hãy chọn một tệp mà bạn được phép đọc."


class UnwritableFile(InputError):
    """A place where the result cannot be written."""

    code = "file-unwritable"
    en = "'{name}' cannot be written."
    vi = "Không ghi được vào '{name}'."
    advice_en = "Name a file in a folder that exists and that you may write to."
    advice_vi = "Hãy chọn một tệp trong thư mục có sẵn mà bạn được phép ghi."


class PassphraseWrong(InputError):
    """A passphrase that does not open the file it should."""

    code = "passphrase-wrong"
    en = "The passphrase does not open the file."
    vi = "Mật khẩu không mở được tệp."
    advice_en = "Try another passphrase; without the right one the secrets in the file are lost."
    advice_vi = "Hãy thử mật khẩu khác; không có mật khẩu đúng thì không lấy lại được các khóa trong tệp."


class AddressRefused(InputError):
    """An address that nothing is sent to: inside the own network, not https, or badly formed."""

    code = "address-refused"
    en = "Nothing is sent to this address: {reason}."
    vi = "Không gửi đến địa chỉ này: {reason_vi}."
    advice_en = "Use a public https address, or have the administrator allow the network (SOHOA_WEBHOOK_NETWORKS)."
    advice_vi = "Hãy dùng địa chỉ https công khai, hoặc nhờ quản trị viên cho phép mạng này (SOHOA_WEBHOOK_NETWORKS)."


class UsageError(InputError):
    """Wrong words on the command line."""

    code = "usage"
    exit_code = 64
    en = "The command is used wrongly: {reason}"
    vi = "Sai cách dùng lệnh: {reason}"
    advice_en = "See 'sohoa COMMAND --help'."
    advice_vi = "Hãy xem 'sohoa LỆNH --help'."


class InvalidRequest(InputError):
    """A request over HTTP without the documented form."""

    code = "request-invalid"
    en = "The request does not have the documented form."
    vi = "Yêu cầu không đúng cấu trúc đã công bố."
    advice_en = "Compare the request with /v1/openapi.json; 'errors' names the parts that are wrong."
    advice_vi = "Hãy đối chiếu yêu cầu với /v1/openapi.json; 'errors' nêu những phần sai."


class RequestTooLarge(InputError):
    """A request over HTTP whose JSON body is longer than any sensible one."""

    code = "request-too-large"
    status = 413
    en = "The request body has more than {limit} bytes."
    vi = "Nội dung yêu cầu dài hơn {limit} byte."
    advice_en = "Send several smaller requests."
    advice_vi = "Hãy chia thành nhiều yêu cầu nhỏ hơn."


class MethodNotAllowed(InputError):
    """A method that an address of the API does not know."""

    code = "method-not-allowed"
    status = 405
    en = "This address does not know the method; it knows: {allowed}."
    vi = "Địa chỉ này không hỗ trợ phương thức đã dùng; chỉ hỗ trợ: {allowed}."
    advice_en = "Compare the request with /v1/openapi.json."
    advice_vi = "Hãy đối chiếu yêu cầu với /v1/openapi.json."


class RangeNotSatisfiable(InputError):
    """A part of a file that begins behind its end."""

    code = "range-not-satisfiable"
    status = 416
    en = "The file has {size} bytes; the part asked for lies behind its end."
    vi = "Tệp có {size} byte; phần yêu cầu nằm ngoài tệp."
    advice_en = "Ask for a part within the file, or for the whole."
    advice_vi = "Hãy yêu cầu phần nằm trong tệp hoặc toàn bộ tệp."


# --- there is no such thing ------------------------------------------------------------------------------------------


class NotFound(SohoaError):
    """No such thing."""

    code = "not-found"
    exit_code = 4
    status = 404
    en = "There is no {kind} '{id}'."
    vi = "Không tìm thấy {kind_vi} '{id}'."
    advice_en = "Check the name or identifier."
    advice_vi = "Hãy kiểm tra lại tên hoặc mã."


class UnknownAddress(NotFound):
    """A path the API does not have; it is not repeated, because it may hold personal data."""

    code = "address-unknown"
    en = "The API has no such address."
    vi = "API không có địa chỉ này."
    advice_en = "Compare the address with /v1/openapi.json."
    advice_vi = "Hãy đối chiếu địa chỉ với /v1/openapi.json."


class LinkExpired(NotFound):
    """A link to a file whose time is over."""

    code = "link-expired"
    status = 410
    en = "The link has expired."
    vi = "Đường dẫn đã hết hạn."
    advice_en = "Ask whoever gave you the link for a new one."
    advice_vi = "Hãy đề nghị nơi cấp gửi đường dẫn mới."


# --- the request does not fit the present state ----------------------------------------------------------------------


class Conflict(SohoaError):
    """The request does not fit the present state."""

    code = "conflict"
    exit_code = 5
    status = 409
    en = "The request does not fit the present state."
    vi = "Yêu cầu không phù hợp với trạng thái hiện tại."


class WrongState(Conflict):
    """A transition the paper's state does not allow."""

    code = "wrong-state"
    en = "The paper is '{state}'; this needs '{needed}'."
    vi = "Giấy tờ đang ở trạng thái '{state}'; thao tác này cần trạng thái '{needed}'."
    advice_en = "Look at the paper's state and checks first."
    advice_vi = "Hãy xem trạng thái và các kiểm tra của giấy tờ trước."


class AlreadyExists(Conflict):
    """A thing that may be written once exists with other content."""

    code = "already-exists"
    en = "The {kind} '{id}' is there already, with other content."
    vi = "Đã có {kind_vi} '{id}' với nội dung khác."
    advice_en = "Use another name."
    advice_vi = "Hãy dùng tên khác."


class RetentionLocked(Conflict):
    """Deletion or overwriting of an object under retention."""

    code = "retention-locked"
    en = "The object is locked until {until} and cannot be deleted or overwritten."
    vi = "Đối tượng bị khóa lưu giữ đến {until}, không thể xóa hay ghi đè."
    advice_en = "Wait for the end of the retention period."
    advice_vi = "Hãy chờ hết thời hạn lưu giữ."


class ObjectHeld(Conflict):
    """Deletion of an object under legal hold."""

    code = "object-held"
    en = "The object is under legal hold and cannot be deleted."
    vi = "Đối tượng đang bị tạm giữ theo yêu cầu pháp lý, không thể xóa."
    advice_en = "Have the hold lifted by whoever asked for it."
    advice_vi = "Hãy đề nghị nơi đã yêu cầu tạm giữ gỡ bỏ lệnh giữ."


class OffsetDiffers(Conflict):
    """A piece of a file that does not go on where the pieces before it end."""

    code = "upload-offset"
    members = ("offset",)
    en = "The upload goes on at byte {offset}."
    vi = "Lần tải lên phải tiếp tục từ byte {offset}."
    advice_en = "Ask for the offset (HEAD), and send from there."
    advice_vi = "Hãy hỏi lại vị trí (HEAD) rồi gửi tiếp từ đó."


class UploadsUnfinished(Conflict):
    """A station that has begun to send more than it may have unfinished."""

    code = "uploads-unfinished"
    status = 429
    en = "This station has begun uploads of {begun} bytes and finished none of them; the limit is {limit}."
    vi = "Trạm này còn {begun} byte tải lên chưa xong; giới hạn là {limit}."
    advice_en = "Finish uploads that were begun, or give them up (DELETE); what is left of them ends by itself."
    advice_vi = "Hãy gửi nốt các lần tải lên đang dở hoặc hủy chúng (DELETE); phần còn lại sẽ tự hết hạn."


class BatchIncomplete(Conflict):
    """A batch to be closed of which announced files have not arrived."""

    code = "batch-incomplete"
    members = ("files",)
    en = "Announced files have not arrived yet: {files}."
    vi = "Còn tệp đã khai báo nhưng chưa nhận được: {files}."
    advice_en = "Send them, or name those that will not come in 'leave_out'."
    advice_vi = "Hãy gửi các tệp đó, hoặc nêu tệp sẽ không gửi trong 'leave_out'."


class BatchClosed(Conflict):
    """A file for a batch that has its receipt."""

    code = "batch-closed"
    en = "The batch is closed and has its receipt."
    vi = "Lô đã chốt và đã có biên nhận."
    advice_en = "Announce a new batch for further files."
    advice_vi = "Hãy khai báo lô mới cho các tệp khác."


class ClaimedByOther(Conflict):
    """A paper that another person has in hand."""

    code = "claimed"
    en = "Another person has this paper in hand."
    vi = "Người khác đang xử lý giấy tờ này."
    advice_en = "Take the next paper; this one is free again when it is laid back or after a while without work on it."
    advice_vi = "Hãy lấy giấy tờ tiếp theo; giấy tờ này được trả lại khi người kia thôi hoặc sau một lúc không xử lý."


class BatchMismatch(Conflict):
    """A batch identifier used again for other content."""

    code = "batch-mismatch"
    en = "The batch '{batch}' was announced before with other content."
    vi = "Lô '{batch}' đã được khai báo trước đó với nội dung khác."
    advice_en = "Use a new batch identifier."
    advice_vi = "Hãy dùng mã lô mới."


class NotSealed(Conflict):
    """The sealed file of a paper that has none yet."""

    code = "not-sealed"
    en = "The paper is '{state}': it has no sealed file yet."
    vi = "Giấy tờ đang ở trạng thái '{state}': chưa có tệp đã ký số."
    advice_en = "Confirm the paper first, then wait until it is stored."
    advice_vi = "Hãy xác nhận giấy tờ, rồi chờ đến khi lưu kho xong."


class NotSplittable(Conflict):
    """A paper whose pages cannot be parted without loss."""

    code = "not-splittable"
    en = "The paper cannot be split: {reason}."
    vi = "Không tách được giấy tờ: {reason_vi}."
    advice_en = "Scan its papers one by one and send them as files of their own."
    advice_vi = "Hãy quét riêng từng giấy tờ rồi gửi thành từng tệp."


class NotJoinable(Conflict):
    """Papers that are not parts of one scan, or not of one dossier."""

    code = "not-joinable"
    en = "The papers cannot be joined: {reason}."
    vi = "Không gộp được các giấy tờ: {reason_vi}."
    advice_en = "Join only papers that were split from the same scan and belong to the same dossier."
    advice_vi = "Chỉ gộp các giấy tờ được tách từ cùng một bản quét và thuộc cùng một hồ sơ."


class NotRenewable(Conflict):
    """A sealed paper, or a day's evidence record, to which no further time stamp may or can be added."""

    code = "not-renewable"
    en = "The protection cannot be renewed: {reason}."
    vi = "Không gia hạn được giá trị bằng chứng: {reason_vi}."
    advice_en = "Verify it with 'sohoa verify' or 'sohoa records check', and tell the administrator what was found."
    advice_vi = "Hãy kiểm tra bằng 'sohoa verify' hoặc 'sohoa records check' và báo quản trị viên kết quả."


class SamePerson(Conflict):
    """A second person is needed, and it was the first one again, or the first one's access key."""

    code = "same-person"
    en = "A second person with an access key of his or her own must agree."
    vi = "Cần người thứ hai, dùng khóa truy cập khác, đồng ý."
    advice_en = "Ask a colleague to agree."
    advice_vi = "Hãy đề nghị một đồng nghiệp khác đồng ý."


class SecondPersonNeeded(Conflict):
    """A paper that whoever corrected a critical field of it would confirm."""

    code = "second-person-needed"
    en = "Who corrected these fields cannot confirm the paper: {fields}."
    vi = "Người đã sửa các trường này không được xác nhận giấy tờ: {fields_vi}."
    advice_en = "Lay the paper back; another person compares it once more and confirms it."
    advice_vi = "Hãy trả lại giấy tờ; người khác sẽ đối chiếu lần nữa rồi xác nhận."


class NotEmpty(Conflict):
    """A backup to be restored into an installation that has something already."""

    code = "not-empty"
    en = "A backup is restored into an empty installation only; this one has something in its {part}."
    vi = "Chỉ khôi phục vào hệ thống trống; hệ thống này đã có dữ liệu ({part})."
    advice_en = "Name an empty data folder, database and bucket in the settings."
    advice_vi = "Hãy cấu hình thư mục dữ liệu, cơ sở dữ liệu và kho đối tượng còn trống."


class OwnersDiffer(Conflict):
    """Two numbers cannot be one owner's."""

    code = "owners-differ"
    en = "The two numbers cannot be one owner's: {reason}."
    vi = "Hai số không thể là của cùng một chủ: {reason_vi}."
    advice_en = "Compare the papers again; if the numbers are one owner's all the same, merge them with 'forced'."
    advice_vi = "Hãy đối chiếu lại giấy tờ; nếu vẫn đúng là một chủ, hãy gộp với 'forced' và ghi rõ lý do."


class NotReusable(Conflict):
    """A paper that cannot be used again now; ``hindrance`` is a code of ``dossier.reuse.Hindrance``."""

    code = "paper-not-reusable"
    members = ("hindrance",)
    en = "The paper cannot be used again ({hindrance}): {reason}"
    vi = "Không dùng lại được giấy tờ ({hindrance}): {reason_vi}"
    advice_en = "Look up the owner's other papers, or ask the applicant for the paper."
    advice_vi = "Hãy tra cứu giấy tờ khác của chủ sở hữu, hoặc đề nghị người nộp cung cấp giấy tờ."


class PaperKnown(Conflict):
    """A file whose paper the store seems to have already, where the agency wants that one used again."""

    code = "paper-known"
    members = ("twin", "how")
    en = "The store has this paper already: {twin} ({how}). Nothing was kept."
    vi = "Kho đã có giấy tờ này: {twin} ({how}). Chưa lưu gì."
    advice_en = "Use the paper in the store again; if it is another one, send it with 'despite_twin' and the reason."
    advice_vi = "Hãy dùng lại giấy tờ trong kho; nếu là giấy tờ khác, gửi kèm 'despite_twin' và lý do."


class CursorUnknown(Conflict):
    """A place in the change feed that this catalogue does not have: it was put back from a backup, or never gave it."""

    code = "cursor-unknown"
    en = "The change feed has no such place: this cursor does not belong to the events kept here."
    vi = "Luồng thay đổi không có vị trí này: con trỏ không thuộc các sự kiện đang lưu tại đây."
    advice_en = "Read the feed again from its beginning, without 'after'; known events have the same 'id' and 'at'."
    advice_vi = "Hãy đọc lại luồng từ đầu, không dùng 'after'; sự kiện đã biết nhận ra theo 'id' và 'at'."


# --- an external part is missing or failed ---------------------------------------------------------------------------


class PartError(SohoaError):
    """An external program, server or key is missing or failed; the work can be tried again."""

    code = "part"
    exit_code = 6
    status = 503
    en = "The part '{part}' failed."
    vi = "Thành phần '{part}' bị lỗi."
    advice_en = "Run 'sohoa doctor'."
    advice_vi = "Hãy chạy 'sohoa doctor'."


class PartMissing(PartError):
    """A program or data file that is not installed."""

    code = "part-missing"
    en = "'{part}' is not installed."
    vi = "Chưa cài đặt '{part}'."
    advice_en = "Run 'sohoa doctor': it says what to install."
    advice_vi = "Hãy chạy 'sohoa doctor' để biết cần cài gì."


class PartFailed(PartError):
    """A program or server that answered with a failure."""

    code = "part-failed"
    en = "'{part}' failed: {reason}."
    vi = "'{part}' bị lỗi: {reason}."


class LimitExceeded(PartError):
    """A child process stopped at its memory, CPU, file-size or time limit."""

    code = "limit-exceeded"
    exit_code = 3
    status = 422
    en = "Processing stopped at the {limit} limit."
    vi = "Xử lý bị dừng vì vượt giới hạn bộ nhớ, thời gian hoặc dung lượng."
    advice_en = "The file is too demanding or hostile; scan the paper again at 200 to 300 dpi."
    advice_vi = "Tệp quá nặng hoặc có dấu hiệu độc hại; hãy quét lại ở 200 đến 300 dpi."


class WorkerLost(PartError):
    """Worker after worker ended in the same step of a paper, which is left alone from then on."""

    code = "worker-lost"
    en = "The worker ended {losses} times in the step '{step}' of this paper."
    vi = "Tiến trình xử lý đã {losses} lần dừng đột ngột ở bước '{step}' của giấy tờ này."
    advice_en = "Look into the logs by the paper's trace; 'sohoa retry PAPER_ID' tries again."
    advice_vi = "Hãy xem nhật ký theo mã 'trace' của giấy tờ; chạy lại bằng 'sohoa retry PAPER_ID'."


class DiskLow(PartError):
    """So little is free on the disk that nothing more is taken in."""

    code = "disk-low"
    en = "Little is free on the disk ({free} MB): nothing more is taken in for now."
    vi = "Ổ đĩa còn ít dung lượng ({free} MB): tạm thời không nhận thêm."
    advice_en = "Send it again later; tell the administrator if this lasts."
    advice_vi = "Hãy gửi lại sau; nếu kéo dài, báo quản trị viên."


class QueueFull(PartError):
    """So many papers wait to be worked on that others are asked to come later."""

    code = "queue-full"
    status = 429
    en = "{papers} papers are under way: nothing more is taken in for now."
    vi = "Đang có {papers} giấy tờ chờ xử lý: tạm thời không nhận thêm."
    advice_en = "Send it again later; what was received is worked on meanwhile."
    advice_vi = "Hãy gửi lại sau; giấy tờ đã nhận vẫn đang được xử lý."


class SealRefused(PartError):
    """The agency's certificate may not be used for this seal."""

    code = "seal-refused"
    en = "The seal was refused: {reason}."
    vi = "Từ chối ký số: {reason_vi}."
    advice_en = "Ask the administrator to install a valid seal certificate."
    advice_vi = "Hãy đề nghị quản trị viên cài chứng thư số hợp lệ."


class PortalUnavailable(PartError):
    """The national portal does not answer, or refuses our credentials; what it is to know waits."""

    code = "portal-unavailable"
    en = "The national portal does not take anything now: {reason}."
    vi = "Cổng Dịch vụ công quốc gia hiện không nhận dữ liệu ({reason})."
    advice_en = "What it is to know is kept and sent again by itself; see 'sohoa portal list'."
    advice_vi = "Dữ liệu được giữ lại và tự gửi lại; xem 'sohoa portal list'."


# --- a part is away for a while --------------------------------------------------------------------------------------


class PartAway(PartError):
    """A part does not answer for now, through no fault of the paper: its work waits and is tried again by itself."""

    code = "part-away"
    en = "The part '{part}' does not answer."
    vi = "Thành phần '{part}' không phản hồi."
    advice_en = "The paper is kept and goes on by itself when the part is back; 'sohoa doctor' says what is missing."
    advice_vi = "Giấy tờ được giữ lại và tự chạy tiếp khi thành phần này hoạt động lại; 'sohoa doctor' chỉ ra chỗ lỗi."


class StoreUnavailable(PartAway):
    """The object store or the catalogue does not answer."""

    code = "store-unavailable"
    en = "The store '{part}' does not answer: {reason}."
    vi = "Kho '{part}' không phản hồi ({reason})."


class DiskFull(PartAway):
    """No room is left for what is to be kept."""

    code = "disk-full"
    en = "The disk is full."
    vi = "Ổ đĩa đã đầy."
    advice_en = "Free some space; what was received is kept and goes on by itself."
    advice_vi = "Hãy giải phóng dung lượng; giấy tờ đã nhận vẫn được giữ và tự chạy tiếp."

    @staticmethod
    def is_meant_by(error: OSError) -> bool:
        """Tell whether the operating system refused to write because the disk or the user's share of it is full."""
        return error.errno in {errno.ENOSPC, errno.EDQUOT}


class TimestampUnavailable(PartAway):
    """No time-stamp authority gave a usable answer; the paper waits rather than being sealed weaker."""

    code = "timestamp-unavailable"
    en = "No time-stamp authority gave a usable answer: {reason}."
    vi = "Không có máy chủ dấu thời gian nào trả lời dùng được: {reason_vi}."

    def __init__(self, *, reason: str, reason_vi: str = "") -> None:
        super().__init__(reason=reason, reason_vi=reason_vi or reason)


class ScannerUnavailable(PartAway):
    """The virus scanner that the settings name does not answer; no file passes unseen."""

    code = "scanner-unavailable"
    en = "The virus scanner does not answer: {reason}."
    vi = "Phần mềm diệt vi-rút không phản hồi ({reason})."


class IssuerUnavailable(PartAway):
    """Who signs access tokens does not tell its keys, so none can be checked."""

    code = "issuer-unavailable"
    en = "The issuer of access tokens does not tell its keys: {reason}."
    vi = "Máy chủ cấp mã truy cập không cung cấp khóa kiểm tra."
    advice_en = "Try again in a moment, or use an access key."
    advice_vi = "Hãy thử lại sau ít phút, hoặc dùng khóa truy cập."


class KeyUnavailable(PartAway):
    """The hardware module that holds a key does not answer, or refuses the PIN."""

    code = "key-unavailable"
    en = "The signing key in '{part}' cannot be used now: {reason}."
    vi = "Hiện không dùng được khóa ký số trong '{part}': {reason_vi}."

    def __init__(self, *, part: str, reason: str, reason_vi: str = "") -> None:
        super().__init__(part=part, reason=reason, reason_vi=reason_vi or reason)


class SealMissing(PartAway):
    """No seal is set up for the agency whose paper it is; no other agency's is used."""

    code = "seal-missing"
    en = "The agency '{agency}' has no seal here that is in force."
    vi = "Cơ quan '{agency}' chưa có con dấu số đang có hiệu lực tại đây."
    advice_en = "Set up its seal; the paper is kept and goes on by itself then."
    advice_vi = "Hãy cài con dấu số của cơ quan; khi đó giấy tờ tự chạy tiếp."


class ObjectKeyMissing(PartAway):
    """An object was encrypted under a key that the key file does not have."""

    code = "object-key-missing"
    en = "The key file has no key {key_id}, under which objects were encrypted."
    vi = "Tệp khóa không có khóa {key_id} đã dùng để mã hóa đối tượng."
    advice_en = "Bring the key file back from where its copy is kept; nothing is lost as long as the key is not."
    advice_vi = "Hãy lấy lại tệp khóa từ nơi cất bản sao; còn khóa thì không mất dữ liệu."


# --- the settings are wrong ------------------------------------------------------------------------------------------


class ConfigurationError(SohoaError):
    """The settings contradict themselves or forbid what is asked."""

    code = "configuration"
    exit_code = 7
    en = "The configuration is wrong: {reason}."
    vi = "Cấu hình sai: {reason}."
    advice_en = "Correct sohoa.toml or the SOHOA_ environment variables."
    advice_vi = "Hãy sửa sohoa.toml hoặc các biến môi trường SOHOA_."


# --- who may do what -------------------------------------------------------------------------------------------------


class AccessError(SohoaError):
    """The caller may not do this."""

    code = "access"
    exit_code = 8
    status = 403


class Unauthenticated(AccessError):
    """No key, or one nobody knows."""

    code = "unauthenticated"
    status = 401
    en = "No valid access key was given."
    vi = "Thiếu khóa truy cập hoặc khóa không hợp lệ."
    advice_en = "Send the key in the header 'Authorization: Bearer <key>'."
    advice_vi = "Hãy gửi khóa trong tiêu đề 'Authorization: Bearer <khóa>'."


class TooManyRequests(AccessError):
    """A caller asks more often than it may."""

    code = "too-many-requests"
    status = 429
    members = ("seconds",)
    en = "Too many requests; the next is taken in {seconds} s."
    vi = "Quá nhiều yêu cầu; yêu cầu tiếp theo được nhận sau {seconds} giây."
    advice_en = "Wait as long as the header 'Retry-After' says."
    advice_vi = "Hãy chờ số giây ghi trong tiêu đề 'Retry-After'."


class SignInRefused(AccessError):
    """A name and a password that do not belong together."""

    code = "sign-in-refused"
    status = 401
    en = "Name or password is wrong."
    vi = "Sai tên đăng nhập hoặc mật khẩu."
    advice_en = "Check the name, the keyboard's language and Caps Lock; an administrator can set a new password."
    advice_vi = "Hãy xem lại tên, bộ gõ tiếng Việt và phím Caps Lock; quản trị viên có thể đặt mật khẩu mới."


class TooManyAttempts(AccessError):
    """Signing in failed too often under this name."""

    code = "too-many-attempts"
    status = 429
    members = ("seconds",)
    en = "Signing in failed too often under this name: wait {seconds} seconds."
    vi = "Đăng nhập sai quá nhiều lần với tên này: hãy chờ {seconds} giây."
    advice_en = "Wait, or ask the administrator for a new password."
    advice_vi = "Hãy chờ, hoặc đề nghị quản trị viên đặt mật khẩu mới."


class PasswordChangeNeeded(AccessError):
    """A password that was made for a person, who must choose another one."""

    code = "password-change-needed"
    status = 403
    en = "This password is for the first time only: choose one of your own."
    vi = "Mật khẩu này chỉ dùng lần đầu: hãy chọn mật khẩu của riêng bạn."
    advice_en = "Sign in with this password and a new one."
    advice_vi = "Hãy đăng nhập bằng mật khẩu này kèm mật khẩu mới."


class RequestForged(AccessError):
    """A request under a person's session that does not come from a page of ours."""

    code = "request-forged"
    status = 403
    en = "The request does not come from a page of this service."
    vi = "Yêu cầu không đến từ trang của dịch vụ này."
    advice_en = "Load the page again."
    advice_vi = "Hãy tải lại trang."


class NameDiffers(AccessError):
    """A statement under another name than that of the person who is signed in."""

    code = "name-differs"
    status = 403
    en = "Who is signed in can only state something under his or her own name."
    vi = "Người đăng nhập chỉ được nêu ý kiến bằng họ tên của chính mình."
    advice_en = "Sign in under your own account."
    advice_vi = "Hãy đăng nhập bằng tài khoản của mình."


class Forbidden(AccessError):
    """A known caller without the role this needs."""

    code = "forbidden"
    en = "This needs one of the roles: {roles}."
    vi = "Thao tác này cần một trong các vai trò: {roles}."
    advice_en = "Ask the administrator for a key with that role."
    advice_vi = "Hãy đề nghị quản trị viên cấp khóa có vai trò đó."


class AgencyForbidden(AccessError):
    """A sender whom the agency has not named among its own."""

    code = "agency-forbidden"
    en = "This sender may not send papers of the agency '{agency}'."
    vi = "Nơi gửi này không được gửi giấy tờ của cơ quan '{agency}'."
    advice_en = "Ask the administrator to add the sender to the agency's stations."
    advice_vi = "Hãy đề nghị quản trị viên thêm nơi gửi vào danh sách của cơ quan."


class NoGrant(AccessError):
    """A consumer whom neither the law, as far as it was told here, nor the owner lets have these papers."""

    code = "no-grant"
    en = "No grant lets this key have these papers for this purpose."
    vi = "Khóa này chưa được cấp quyền nhận các giấy tờ này cho mục đích này."
    advice_en = "Ask the administrator for a grant by law, or a counter for one by the owner; check type and purpose."
    advice_vi = (
        "Hãy đề nghị quản trị viên cấp quyền theo luật, hoặc chủ giấy tờ đồng ý tại quầy; xem lại loại và mục đích."
    )


# --- what was kept is not what is there ------------------------------------------------------------------------------


class IntegrityError(SohoaError):
    """Stored bytes or records are not what was kept."""

    code = "integrity"
    exit_code = 9


class ObjectDamaged(IntegrityError):
    """An object whose bytes no longer have the recorded hash."""

    code = "object-damaged"
    en = "The stored object '{key}' no longer has its recorded SHA-256."
    vi = "Đối tượng '{key}' trong kho không còn đúng mã băm SHA-256 đã ghi."
    advice_en = "Restore it from a replica or backup; do not use it."
    advice_vi = "Hãy khôi phục từ bản sao lưu; không được sử dụng."


class BackupDamaged(IntegrityError):
    """A file of a backup that is not what was written."""

    code = "backup-damaged"
    en = "The file '{name}' of the backup is damaged: {reason}."
    vi = "Tệp '{name}' của bản sao lưu bị hỏng."
    advice_en = "Use an earlier snapshot or another copy of the backup."
    advice_vi = "Hãy dùng bản chụp trước đó hoặc một bản sao khác của bản sao lưu."


class AuditChainBroken(IntegrityError):
    """The audit log was edited, cut or reordered."""

    code = "audit-chain-broken"
    en = "The audit log is broken at entry {seq}: {reason}."
    vi = "Nhật ký kiểm toán bị đứt tại mục {seq}: {reason}."
    advice_en = "Keep the data as they are and call the auditor."
    advice_vi = "Hãy giữ nguyên dữ liệu và báo kiểm toán viên."
