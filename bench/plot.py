"""How do figures become curves that are legible on light and on dark pages? Plain SVG, no library."""

from dataclasses import dataclass
from html import escape
from math import floor, log10

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 40, 60, 50
COLOURS = ("#2a7de1", "#d9730d", "#1a7f64")
"""Told apart on white and on black, and by people who see no red or green."""
STYLE = (
    "text{font-size:13px;font-family:system-ui,sans-serif;fill:#57606a}.axis{stroke:#8b949e}.grid{stroke:#8b949e;stroke-opacity:.25}"
    "@media(prefers-color-scheme:dark){text{fill:#adbac7}}"
)


@dataclass(frozen=True, slots=True)
class Curve:
    """A name and its points."""

    name: str
    points: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram: what is shown, in which unit, and the curves."""

    title: str
    unit: str
    curves: list[Curve]


def draw(title: str, across: str, panels: list[Panel]) -> str:
    """An SVG document with the panels side by side; both axes begin at zero."""
    width = WIDTH * len(panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
    ]
    for number, panel in enumerate(panels):
        parts += [f'<g transform="translate({number * WIDTH},0)">', *_panel(panel, across), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, across: str) -> list[str]:
    most_x = max(x for curve in panel.curves for x, _ in curve.points)
    most_y = max(y for curve in panel.curves for _, y in curve.points) * 1.05
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        return round(LEFT + wide * x / most_x, 1), round(TOP + high * (1 - y / most_y), 1)

    parts = [f'<text x="{LEFT}" y="20" font-weight="bold">{escape(panel.title)} ({escape(panel.unit)})</text>']
    for value in _ticks(most_y):
        _, y = at(0, value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{LEFT + wide}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{value:g}</text>')
    for value in _ticks(most_x):
        x, y = at(value, 0)
        parts.append(f'<line class="axis" x1="{x}" x2="{x}" y1="{y}" y2="{y + 5}"/>')
        parts.append(f'<text x="{x}" y="{y + 20}" text-anchor="middle">{value:,.0f}</text>')
    parts.append(f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{TOP + high}H{LEFT + wide}"/>')
    parts.append(f'<text x="{LEFT + wide / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>')
    for number, (curve, colour) in enumerate(zip(panel.curves, COLOURS, strict=False)):
        points = [at(*point) for point in curve.points]
        line = " ".join(f"{x},{y}" for x, y in points)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2.5" points="{line}"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>' for x, y in points]
        begin = LEFT + 120 * number
        parts.append(f'<rect x="{begin}" y="33" width="14" height="5" fill="{colour}"/>')
        parts.append(f'<text x="{begin + 20}" y="40">{escape(curve.name)}</text>')
    return parts


def _ticks(most: float) -> list[float]:
    """Four to ten round numbers from zero up."""
    step = 10.0 ** floor(log10(most))
    while most / step < 4:
        step /= 2
    return [step * number for number in range(floor(most / step) + 1)]
