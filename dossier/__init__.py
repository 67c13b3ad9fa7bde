"""The vocabulary every other room speaks: owners, identifiers, papers, paper types, verdicts, errors, time and text.

Lives here: frozen, typed values (one that exists is valid) and the catalogue of paper types as data files.
May be imported by every room. Imports nothing of ours and does no I/O beyond reading its own catalogue files.
"""
