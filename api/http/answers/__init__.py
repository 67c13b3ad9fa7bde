"""The answers' shapes, for the OpenAPI document, by subject. ``api.shapes`` and ``api.http.views`` make them."""
