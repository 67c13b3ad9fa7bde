"""Tests of reading: pages in, words, types and fields out."""
