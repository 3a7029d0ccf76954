"""What does a store do, in the plainest way? It keeps everything in memory, and is the measure."""

from custinsights.repositories.memory.store import MemoryStore

__all__ = ["MemoryStore"]
