"""The endpoints, one per module, each with a ``router`` that holds one route under its whole path.

Listed here in the order a newcomer needs them, which is also the order of the OpenAPI document.
"""

from api.http.routes import (
    check_quality,
    confirm_paper,
    create_batch,
    create_key,
    get_evidence_record,
    get_field_picture,
    get_file,
    get_original,
    health,
    list_batches,
    list_events,
    list_keys,
    list_papers,
    look_up,
    openapi,
    propose_split,
    ready,
    revoke_key,
    show_batch,
    show_metrics,
    show_paper,
    show_renewals,
    show_version,
    split_paper,
    upload_file,
    verify,
)

ROUTERS = tuple(
    module.router
    for module in (
        check_quality,
        create_batch,
        upload_file,
        list_batches,
        show_batch,
        list_papers,
        show_paper,
        propose_split,
        split_paper,
        get_field_picture,
        confirm_paper,
        get_original,
        get_file,
        get_evidence_record,
        look_up,
        verify,
        list_events,
        show_renewals,
        create_key,
        list_keys,
        revoke_key,
        health,
        ready,
        show_metrics,
        show_version,
        openapi,
    )
)
