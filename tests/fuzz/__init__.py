"""Hostile input at length: parsers under coverage-guided fuzzing, and the way of a file under thousands of wrong files.

- ``targets``: what takes strangers' text, as functions of bytes that let nothing but our own refusals happen
- ``__main__``: ``make fuzz``; ``fuzz.lock`` is what it needs and nothing else does
- ``wrong_files``: files made wrong, by their structure and at random; ``corpus``: ``make corpus``
"""
