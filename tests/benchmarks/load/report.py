"""What the benchmarks print."""


def judge(figure: float, *, at_least: float | None = None, at_most: float | None = None) -> str:
    """Say what the bound is, if there is one, and whether it holds."""
    if at_least is not None:
        return f"(at least {at_least:g}: {'yes' if figure >= at_least else 'NO'})"
    if at_most is not None:
        return f"(at most {at_most:g}: {'yes' if figure <= at_most else 'NO'})"
    return ""
