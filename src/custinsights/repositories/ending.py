"""How does a unit of work end?"""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

__all__ = ["Ending"]


class Ending(ABC):
    """A unit of work keeps its changes where its block ends, and none of them after an error."""

    @abstractmethod
    def commit(self) -> None:
        """Keep the changes so far, and go on."""

    @abstractmethod
    def _close(self) -> None:
        """Let go of what was not kept."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self._close()
