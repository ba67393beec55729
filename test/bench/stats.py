"""What is said about a list of measurements."""

import statistics


def summary(values):
    """Median and quartiles."""
    if len(values) == 1:
        return {"median": values[0], "q1": values[0], "q3": values[0]}
    q1, median, q3 = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": median, "q1": q1, "q3": q3}


def ratios(numerators, denominators):
    """Summary of the ratios of what was measured in the same round."""
    return summary([a / b for a, b in zip(numerators, denominators)])


def target(text, measured, bound, at_least):
    """A row of the list of targets; measured is a summary or None."""
    passed = None
    if measured is not None:
        value = measured["median"]
        passed = value >= bound if at_least else value <= bound
    return {"text": text, "measured": measured, "bound": bound,
            "at_least": at_least, "passed": passed}
