"""The kinds of papers: each module invents one kind's content and lays it out; ``look`` and ``zones`` are shared."""
