"""A form as it was filled in: what was typed, and what is wrong with it, beside its field."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from starlette.datastructures import FormData

T = TypeVar("T")


class Form:
    """The values and errors of one form; templates show both (`pages/forms.html`)."""

    def __init__(self, given: FormData | Mapping[str, object] | None = None) -> None:
        """Take what was sent, or what a fresh form begins with."""
        self._given = given or {}
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Give a field as it was typed, without the space around it; "" where it is missing or a file."""
        value = self._given.get(name)
        return "" if value is None or not isinstance(value, str | int | float) else str(value).replace("\0", "").strip()

    def secret(self, name: str) -> str:
        """Give a password: every character counts."""
        value = self._given.get(name)
        return value if isinstance(value, str) else ""

    def is_on(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.text(name))

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Parse a field; where `parse` raises ValueError its message stands beside the field, and None is given."""
        try:
            return parse(self.text(name))
        except ValueError as refused:
            self.errors[name] = str(refused)
            return None
