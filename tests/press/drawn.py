"""Seals and signatures, drawn as SVG by the browser: marks, no text of the paper."""

import math
import random


def seal(rng: random.Random, words: str, *, right: float, up: float) -> str:
    """Return a round seal whose middle lies ``right`` and ``up`` millimetres from the corner of what it is put into."""
    red = rng.choice(("#d3202a", "#c8324b", "#b5122a", "#e0453c"))
    star = " ".join(
        f"{r * math.sin(i * math.pi / 5):.2f},{-r * math.cos(i * math.pi / 5):.2f}"
        for i in range(10)
        for r in ((3.6, 1.4)[i % 2],)
    )
    turn, seen = rng.uniform(-25, 25), rng.uniform(0.45, 0.9)
    name = f"arc{rng.getrandbits(32)}"
    return (
        f'<svg class="mark" data-kind="seal" style="left:{right:.1f}mm;bottom:{up:.1f}mm" viewBox="0 0 1 1">'
        f'<g opacity="{seen:.2f}" transform="rotate({turn:.1f})" fill="none" stroke="{red}">'
        f'<circle r="17" stroke-width=".9"/><circle r="16" stroke-width=".25"/><circle r="10.4" stroke-width=".35"/>'
        f'<path id="{name}" d="M-12 4.5 A12.8 12.8 0 1 1 12 4.5" stroke="none"/>'
        f'<text fill="{red}" stroke="none" font-size="3.1" font-weight="700" font-family="Clear Sans">'
        f'<textPath href="#{name}" startOffset="50%" text-anchor="middle">{words}</textPath></text>'
        f'<polygon fill="{red}" stroke="none" points="{star}"/></g></svg>'
    )


def signature(rng: random.Random, *, right: float, up: float) -> str:
    """Return a scrawl by pen."""
    ink = rng.choice(("#1c2f8c", "#20242e", "#143a9e", "#31318f"))
    thick, x, y = rng.uniform(0.35, 0.8), 0.0, 0.0
    path = ["M0 0"]
    for _ in range(rng.randint(4, 8)):
        dx, lift, drop = rng.uniform(2, 7), rng.uniform(3, 11), rng.uniform(2, 8)
        path.append(
            f"C{x + dx:.1f} {y - lift:.1f} {x - dx / 2:.1f} {y + drop:.1f} {x + dx:.1f} {y + rng.uniform(-3, 3):.1f}"
        )
        x += dx
    path.append(
        f"q{rng.uniform(-26, -10):.1f} {rng.uniform(1, 5):.1f} {rng.uniform(-5, 12):.1f} {rng.uniform(3, 7):.1f}"
    )
    return (
        f'<svg class="mark" data-kind="signature" style="left:{right:.1f}mm;bottom:{up:.1f}mm" viewBox="0 0 1 1">'
        f'<path d="{" ".join(path)}" fill="none" stroke="{ink}" stroke-width="{thick:.2f}"/></svg>'
    )
