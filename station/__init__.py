"""The agent of a scanner's PC: what is scanned into a folder reaches the service, however bad the line is.

It needs Python's own library and nothing else, so that it can be copied to a PC as one file (``make station``), and it
imports nothing of the service, which it knows by its HTTP interface alone.
"""
