"""Telling others: the change feed, webhooks, the outbox to the national portal."""
