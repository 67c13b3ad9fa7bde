"""How well and at what cost pages are read: engines side by side on the generator's benchmark pages.

``python -m tests.benchmarks.ocr --help`` lists the commands; definitions stand in ``docs/benchmarks.md``.

``pages`` keeps the rendered pages on disk, ``engines`` are functions from a page file to text and words, ``worker``
runs one in a process of its own and measures it. ``metrics``, ``order`` and ``placed`` compare readings with truths;
``compare``, ``ablation``, ``throughput``, ``large`` and ``real_lines`` are the experiments; ``tables``, ``worst``,
``curve`` and ``pictures`` show what came out.
"""
