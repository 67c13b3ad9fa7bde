"""The desks: pages for people in a browser, for the station, the review, the store, the auditor and the figures.

A page is a shell in the person's language; what it shows and does goes through the same ``/v1`` routes that other
programs call, from small modules in ``static/``. So a page can do nothing that the API cannot, and no check is made
here. Nothing is loaded from elsewhere and nothing is written into the page: see ``api.http.observe``.

Here: ``pages`` the routes, ``texts`` the words in both languages, ``templates`` and ``static``. May import from
everything of ours but ``api.commands``; only ``api.http.app`` imports from here.
"""
