"""Scores as text: a table, a line a score."""


def score_table(scores: dict[str, float]) -> str:
    """Return scores as text, one line a score."""
    width = max(18, *map(len, scores))
    return "\n".join(score_line(name, x, width) for name, x in scores.items())


def score_line(name: str, value: float, width: int = 18) -> str:
    """Return one score as text."""
    return f"{name:<{width}} {value:.4f}"
