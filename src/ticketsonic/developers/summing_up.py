"""What several requests have in common, summed up: every header, every body field, every error. Pure."""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ticketsonic.developers.reference import Error, Field, Operation, Reference


@dataclass(frozen=True, slots=True)
class Used:
    """A header, field or error, and the requests that have it."""

    what: Field
    operations: tuple[str, ...]
    required_by: tuple[str, ...]

    @property
    def flat(self) -> Field:
        """The thing itself, under its own name: required where every request with it requires it."""
        required = len(self.required_by) == len(self.operations)
        return dataclasses.replace(self.what, name=self.what.own_name, depth=0, required=required)


@dataclass(frozen=True, slots=True)
class UsedError:
    """An error, and the requests that may get it; none where it may come to any of them."""

    error: Error
    operations: tuple[str, ...]


def headers_of(reference: Reference) -> list[Used]:
    """List every header once, in the order in which requests name them."""
    return _gathered((operation, field) for operation in reference.operations for field in operation.headers)


def answer_headers_of(reference: Reference) -> list[Used]:
    """List every header of a success once."""
    return _gathered((operation, field) for operation in reference.operations for field in operation.answer_headers)


def fields_of(reference: Reference) -> list[Used]:
    """List every body field once for each meaning, by name."""
    found = _gathered((operation, field) for operation in reference.operations for field in operation.body)
    return sorted(found, key=lambda used: used.what.own_name)


def errors_of(reference: Reference) -> list[UsedError]:
    """List every error once, by status; those of a few requests with their names."""
    users: dict[Error, list[str]] = {}
    for operation in reference.operations:
        for error in operation.errors:
            users.setdefault(error, []).append(operation.name)
    everywhere = len(reference.operations)
    return [
        UsedError(error, () if len(names) == everywhere else tuple(names))
        for error, names in sorted(users.items(), key=lambda pair: (pair[0].status, pair[0].message))
    ]


def _gathered(pairs: Iterable[tuple[Operation, Field]]) -> list[Used]:
    first: dict[tuple[str, str], Field] = {}
    users: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for operation, field in pairs:
        key = (field.own_name, field.meaning)
        first.setdefault(key, field)
        if (operation.name, field.required) not in users.setdefault(key, []):
            users[key].append((operation.name, field.required))
    return [Used(field, tuple(_names(users[key])), tuple(_needing(users[key]))) for key, field in first.items()]


def _names(users: list[tuple[str, bool]]) -> Iterator[str]:
    yield from dict.fromkeys(name for name, _ in users)


def _needing(users: list[tuple[str, bool]]) -> Iterator[str]:
    yield from dict.fromkeys(name for name, required in users if required)
