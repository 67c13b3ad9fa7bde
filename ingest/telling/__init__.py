"""Telling others: webhooks, the national portal, and every other request to a server outside."""
