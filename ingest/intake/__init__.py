"""Intake: batches and files as stations send them, looked at before anything is taken apart."""
