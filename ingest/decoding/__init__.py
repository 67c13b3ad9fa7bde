"""Decoding: from received files to pages of pixels."""
