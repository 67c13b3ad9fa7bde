"""A paper's workspace: what the steps leave for each other in the object store, under keys without personal data.

A step may run twice: writing the same bytes again changes nothing. The workspace is cleared when the paper is stored.
"""

import contextlib
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter

from dossier.errors import AlreadyExists, NotFound
from dossier.identifiers import PaperId
from storage.objects.object_store import ObjectStore

T = TypeVar("T")


_adapters: dict[Any, TypeAdapter[Any]] = {}
"""Made once per type: making one costs more than using it."""


def adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type pydantic describes
    """Return what turns values of a type into JSON and back, checked."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Named bytes and values of one paper being worked on.

    Attributes:
        objects: Where they are kept. paper: Whose they are.
    """

    objects: ObjectStore
    paper: PaperId

    def _key(self, name: str) -> str:
        return f"work/{self.paper}/{name}"

    def put(self, name: str, data: bytes, media_type: str = "application/octet-stream") -> None:
        """Keep ``data`` under ``name``."""
        self.objects.put(self._key(name), data, media_type=media_type)

    def put_once(self, name: str, data: bytes, media_type: str) -> None:
        """Keep ``data`` under ``name`` unless something is there already: the first to come wins, even in a race."""
        with contextlib.suppress(AlreadyExists):
            self.objects.put(self._key(name), data, media_type=media_type, if_absent=True)

    def get(self, name: str) -> bytes:
        """Return the bytes under ``name``.

        Raises:
            NotFound: There are none.
        """
        return self.objects.get(self._key(name))

    def has(self, name: str) -> bool:
        """Whether something is kept under ``name``."""
        try:
            self.objects.head(self._key(name))
        except NotFound:
            return False
        return True

    def size(self, name: str) -> int:
        """Return how many bytes are under ``name``.

        Raises:
            NotFound: There are none.
        """
        return self.objects.head(self._key(name)).size

    def put_value(self, name: str, value: object, kind: Any = None) -> None:  # noqa: ANN401 - any type pydantic describes
        """Keep a frozen value as JSON; ``kind`` is its type where that cannot be seen from the value."""
        self.put(name, dump_value(value, kind), "application/json")

    def get_value(self, name: str, kind: type[T]) -> T:
        """Return the value of type ``kind`` kept under ``name``."""
        value: T = adapter(kind).validate_json(self.get(name))
        return value

    def names(self, prefix: str) -> list[str]:
        """Return the names that begin with ``prefix``, sorted."""
        base = self._key("")
        return sorted(key.removeprefix(base) for key in self.objects.keys(base + prefix))

    def clear(self, prefix: str = "") -> None:
        """Remove everything whose name begins with ``prefix``; what another process is removing too is left to it."""
        self.objects.clear(self._key(prefix))


def dump_value(value: object, kind: Any = None) -> bytes:  # noqa: ANN401 - any type pydantic describes
    """Return a frozen value as JSON, UTF-8."""
    return adapter(kind or type(value)).dump_json(value)
