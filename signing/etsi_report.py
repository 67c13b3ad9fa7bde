"""A verification report in XML as ETSI TS 119 102-2 lays down; what its elements hold is in `signing.etsi_elements`."""

from signing.report import FileReport

FINDING_URN = "urn:x-sohoa:finding:"
"""Before the code of a finding, where a constraint is identified."""


def report_xml(report: FileReport, *, name: str) -> bytes:
    """Return ``report`` in the form of ETSI TS 119 102-2, UTF-8.

    Args:
        report: What a check gave.
        name: What the file is called; it goes into no element that the standard defines, but beside the findings.

    Returns:
        The same bytes for the same arguments.

    Raises:
        ValueError: The report does not say when the file was checked.
    """
    # The elements take half a second to load, and few who load this ask for a report.
    from signing.etsi_elements import document  # noqa: PLC0415

    return document(report, name=name)
