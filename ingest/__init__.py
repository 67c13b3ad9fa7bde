"""From files to a finished paper: intake, decoding, page cleanup, the pipeline and its workers.

``pipeline`` is the way of a paper, step by step; ``work`` walks it with every paper. The rooms:

    intake    what stations send, looked at before it is taken apart
    decoding  from files to pages of pixels
    scan      the pages as pictures, up to the masters that are archived
    limited   the processes behind walls in which all of that is done
    people    what a person does: confirm, correct, split, join
    proof     seals, stamps, evidence, renewal
    reuse     finding what is stored, and using it again
    upkeep    backup, fixity, the replica, the audit log's segments, disposal
    telling   webhooks and the national portal
    reports   figures

May be imported by ``api``. Imports ``ocr``, ``signing``, ``storage`` and ``dossier``.
"""
