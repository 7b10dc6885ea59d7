"""Patterns that say in OpenAPI exactly which texts the readers of numbers take, bounds included.

A JSON Schema can bound a number, but not a text that holds one: there the pattern has to. Pure.
"""

LONGEST_NUMBER_CHARACTERS = 40
"""How long a number may be when it is written as a text."""
PRICE_PATTERN = r"^(0*[0-9]{1,8}(\.[0-9]{1,2}0*)?|-0+(\.0+)?)$"
"""Up to 99999999.99, with no more than two decimals that count."""


def whole_number_pattern(low: int, high: int) -> str:
    """Spell the whole numbers from `low` (0, 1 or -`high`) to `high`, with zeros before and `.0` behind."""
    numbers = f"0*({'|'.join(_one_to(high))})"
    if low == 0:
        numbers = f"(-?0+|{numbers})"
    elif low < 0:
        numbers = f"-?(0+|{numbers})"
    return rf"^{numbers}(\.0+)?$"


def decimal_pattern(most: int, *, above_zero: bool) -> str:
    """Spell the decimals from `-most` to `most`, or above 0 up to it; `most` is a power of ten."""
    fewer_digits = len(str(most)) - 1
    if above_zero:
        below = rf"0*[1-9][0-9]{{0,{fewer_digits - 1}}}(\.[0-9]+)?|0+\.0*[1-9][0-9]*"
        return rf"^({below}|0*{most}(\.0+)?)$"
    return rf"^-?0*([0-9]{{1,{fewer_digits}}}(\.[0-9]+)?|{most}(\.0+)?)$"


def _one_to(high: int) -> list[str]:
    """Give alternatives for 1 to `high`, without zeros before them: by length, then by the first digit that is less."""
    digits = str(high)
    alternatives = [f"[1-9][0-9]{{0,{len(digits) - 2}}}"] if len(digits) > 1 else []
    for place, digit in enumerate(digits):
        least = 1 if place == 0 else 0
        if int(digit) > least:
            rest = len(digits) - place - 1
            any_rest = f"[0-9]{{{rest}}}" if rest else ""
            below = str(least) if int(digit) - 1 == least else f"[{least}-{int(digit) - 1}]"
            alternatives.append(f"{digits[:place]}{below}{any_rest}")
    return [*alternatives, digits]
