"""Scores as text."""


def score_table(scores: dict[str, float | None]) -> str:
    """Return scores as text, one line a score."""
    width = max(18, *map(len, scores))
    return "\n".join(score_line(name, x, width) for name, x in scores.items())


def score_line(name: str, value: float | None, width: int = 18) -> str:
    """Return one score as text; METEOR, which needs WordNet, may be None."""
    shown = "not measured: NLTK finds no WordNet" if value is None else f"{value:.4f}"
    return f"{name:<{width}} {shown}"
