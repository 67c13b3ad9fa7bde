"""Training of the line reader: invented lines, the network, the loop that trains it, and what it is measured by.

- ``alphabet``: the characters it knows
- ``syllables``, ``texts`` with ``vocabulary.toml``: what the lines say
- ``typefaces``, ``glyphs``: what they are printed with
- ``lines``, ``damage``: line images as the line finder cuts them out; ``feed``: batches of them
- ``score``, ``measure``, ``boxes``, ``chart``: how well lines are read
- ``network``, ``train``, ``export``: need PyTorch, which is no part of the product and of no test
- ``__main__``: the commands (``python -m tests.training --help``)

Fonts, sentences and names of the test subset of ``tests.generator`` never occur here: it is imported for its list of
fonts, which are kept out, and for pages to measure on. What is trained is read by ``ocr.ctc``.
"""
