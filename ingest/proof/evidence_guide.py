"""README.txt of an evidence package: how to check all of it with public tools, each step as commands that can be run.

The commands are lines that begin with four spaces; lines that follow one another are one step, for a POSIX shell in the
unpacked folder. A step ends with an error if what it checks does not hold. Needed are coreutils, openssl from 3.0 on,
and python3 for the audit excerpt; poppler's pdfsig is a second opinion on the signatures.
"""

from collections.abc import Iterator, Sequence

from dossier import times
from dossier.identifiers import PaperId
from dossier.verdicts import Verdict
from ingest.proof.evidence_record_steps import record_steps
from ingest.proof.evidence_steps import WORK, Names, Step, Steps
from ingest.proof.verifications import Verified
from signing.material import Material, SignatureMaterial, Token
from signing.record_links import RecordLink
from storage.audit_log.audit_tree import TreeHead


def guide(
    paper: PaperId,
    verified: Verified,
    everything: Material,
    names: Names,
    *,
    head: TreeHead,
    token: Token | None,
    links: Sequence[RecordLink] = (),
) -> str:
    """Return the README of a package.

    Args:
        paper: Whose it is.
        verified: The verification it holds.
        everything: The signatures of the file, and what they and the log's time stamp rest on.
        names: Of its members.
        head: Of the audit log.
        token: The time stamp over it, if there is one.
        links: The time stamps of the evidence record, if the paper has one.
    """
    of_file = Steps(everything, names, verified.verification.at)
    steps = [
        *_beginning(),
        *of_file.trust(),
        *of_file.certificates(),
        *(step for number, one in enumerate(everything.signatures, 1) for step in of_file.signature(number, one)),
        *_pdfsig(everything.signatures, verified.verification.verdict),
        *_log(head),
        *(of_file.stamp(token) if token else ()),
        *record_steps(links, of_file),
    ]
    numbered = (_shown(number, step) for number, step in enumerate(steps, 1))
    return "\n".join([_heading(paper, verified), *numbered, _LIMITS])


_TITLE = "GÓI BẰNG CHỨNG CỦA GIẤY TỜ ĐIỆN TỬ / EVIDENCE PACKAGE OF AN ELECTRONIC PAPER"
_FILES = """\
paper.pdf            tệp đã ký số, đúng từng bit / the sealed file, bit by bit
original.sha256      mã băm của tệp gốc đã nhận / hash of the file as it was received
report/              báo cáo kiểm tra chữ ký số / report of the verification
certificates/        chứng thư số: anchor-* là gốc tin cậy / certificates: anchor-* are the trusted roots
revocation/          danh sách thu hồi (CRL), trả lời OCSP / revocation lists, OCSP responses
timestamps/          dấu thời gian (RFC 3161) trong tệp / time stamps in the file
audit/               trích lục nhật ký và chứng minh / audit excerpt and its proof
record/              hồ sơ bằng chứng (RFC 4998), sau khi khép ngày / evidence record, once its day is closed
SHA256SUMS           mã băm của mọi tệp / hash of every file
"""
_LIMITS = """\
ĐIỀU GÓI NÀY KHÔNG CHỨNG MINH / WHAT THIS PACKAGE DOES NOT PROVE

- Chứng thư gốc (anchor-*) có đáng tin hay không: hãy so mã băm của chúng với nguồn do chính tổ chức chứng thực công bố.
  Whether the anchors deserve trust: compare their fingerprints with what the authority itself publishes.
- Trích lục có đủ mọi mục về giấy tờ hay không: nó chứng minh các mục nó nêu; muốn biết đủ, phải xem toàn bộ nhật ký.
  That the excerpt shows all entries about the paper: it proves those that it shows; the whole log tells the rest.
- Thuật toán còn an toàn vào ngày bạn đọc: dấu thời gian cuối phải được lập khi các thuật toán trước nó còn an toàn.
  That the algorithms are still safe on the day you read this: the last time stamp has to be from a day when those
  before it still were.
- Tham số -attime là thời điểm xét chứng thư (giây từ 1970, UTC): thời điểm dấu thời gian chứng minh, hoặc thời điểm đầu
  tiên sau đó mà danh sách thu hồi có hiệu lực; xem bằng: date -u -d @SỐ
  The parameter -attime is the moment at which certificates are judged (seconds since 1970, UTC): the one that a time
  stamp proves, or the first after it at which the revocation list is in force; to see it: date -u -d @NUMBER
"""


def _heading(paper: PaperId, verified: Verified) -> str:
    one = verified.verification
    english = {Verdict.VALID: "valid", Verdict.INVALID: "invalid", Verdict.UNDETERMINED: "undetermined"}[one.verdict]
    return f"""\
{_TITLE}

Giấy tờ / paper:      {paper}
paper.pdf, SHA-256:   {one.file_sha256}
Kiểm tra lúc / at:    {times.iso_local(one.at)}
Kết luận / verdict:   {one.verdict.text_vi} / {english}
Tập gốc tin cậy / trust set: {one.trust_sha256}

{_FILES}
Mỗi bước dưới đây là các dòng lệnh thụt vào bốn dấu cách, chạy trong thư mục đã giải nén; bước nào sai thì lệnh báo lỗi.
Cần có: coreutils, openssl 3.0 trở lên, python3; pdfsig (poppler) là ý kiến thứ hai. Nơi không có basenc: xxd -r -p.

Each step below is the lines indented by four spaces, to be run in the unpacked folder; a step that fails ends with an
error. Needed: coreutils, openssl from 3.0 on, python3; pdfsig (poppler) is a second opinion. Where there is no basenc:
xxd -r -p does the same.
"""


def _shown(number: int, step: Step) -> str:
    commands = "".join(f"    {line}\n" for line in step.commands)
    return f"{number}. {step.vi}\n   {step.en}\n" + (f"\n{commands}" if commands else "")


def _beginning() -> Iterator[Step]:
    yield Step(
        "Mọi tệp còn nguyên như khi xuất.",
        "Every file is as it was exported.",
        ("sha256sum --check --strict --quiet SHA256SUMS",),
    )


def _pdfsig(signatures: Sequence[SignatureMaterial], verdict: Verdict) -> Iterator[Step]:
    count = sum(not one.is_timestamp for one in signatures)
    if verdict is not Verdict.VALID or not count:
        return
    yield Step(
        "Ý kiến thứ hai: poppler thấy mọi chữ ký hợp lệ.",
        "A second opinion: poppler finds every signature valid.",
        (f"test $(pdfsig -nocert paper.pdf | grep -c 'Signature is Valid') -eq {count}",),
    )
    yield Step(
        "Chừng nào chứng thư còn hạn: poppler cũng tin chuỗi chứng thư (certutil có trong gói libnss3-tools).",
        "As long as the certificates are in force: it trusts their chain too (certutil is in libnss3-tools).",
        (
            f"mkdir -p {WORK}/nss",
            f"certutil -N -d sql:{WORK}/nss --empty-password",
            f'for f in certificates/anchor-*.pem; do certutil -A -d sql:{WORK}/nss -n "$f" -t CT,C,C -i "$f"; done',
            f"test $(pdfsig -nssdir {WORK}/nss paper.pdf | grep -c 'Certificate is Trusted') -eq {count}",
        ),
    )


def _log(head: TreeHead) -> Iterator[Step]:
    yield Step(
        "Mục nhật ký: SHA-256 của một dòng trong audit/entries.jsonl (không có dấu xuống dòng) là mã băm của mục ấy.",
        "Entries of the log: SHA-256 of a line of audit/entries.jsonl (without its end) is the hash of that entry.",
        (
            "hash=$(head -n 1 audit/entries.jsonl | tr -d '\\n' | sha256sum | cut -c 1-64)",
            'grep -q "$hash" audit/proof.json',
        ),
    )
    yield Step(
        f"Các mục có trong nhật ký gồm {head.seq} mục có gốc nêu ở audit/head.json (cây RFC 9162, mục 2.1, lá là mã\n"
        "   băm của mục), và nêu đúng mã băm của paper.pdf, báo cáo và tệp gốc. Chương trình ngắn: đọc rồi hãy chạy.",
        f"They stand in the log of {head.seq} entries whose root audit/head.json names (tree of RFC 9162, clause 2.1,\n"
        "   leaves are the hashes of entries), and name the hashes of paper.pdf, of the report and of the original.\n"
        "   The program is short: read it before you run it.",
        ("python3 -I audit/check.py",),
    )
