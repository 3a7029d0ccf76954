"""What do people in the shop write down about a customer?"""

from datetime import datetime

import attrs

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import as_tuple, aware, identity, instance, members
from custinsights.domain.fields import text as words
from custinsights.errors import InvalidValue

__all__ = ["Note", "NoteText"]


@attrs.frozen
class NoteText:
    """What a note said from an instant on, and who wrote it; the words are never shown by repr."""

    text: str = attrs.field(validator=words, repr=False)
    at: datetime = attrs.field(validator=aware)
    by: str = attrs.field(validator=words, repr=shown_id)


@attrs.frozen
class Note:
    """A private note about a customer, with all that it said before.

    Parameters
    ----------
    id : str
        The identity of the note in the shop.
    customer : str or int
        Of whom it is.
    texts : tuple of NoteText
        What it said, in the order of the instants; the last one is what it says.

    Raises
    ------
    InvalidValue
        If it says nothing, or its texts are not in order.
    """

    id: str = attrs.field(validator=words)
    customer: str | int = attrs.field(validator=identity, repr=shown_id)
    texts: tuple[NoteText, ...] = attrs.field(
        converter=as_tuple, validator=members(instance(NoteText))
    )

    def __attrs_post_init__(self) -> None:
        instants = [one.at for one in self.texts]
        if not instants or instants != sorted(instants):
            given = f"{len(instants)} texts"
            allowed = "one text or more, each not before the one that it follows"
            raise InvalidValue("the texts of a Note are none, or not in order", given, allowed)

    @property
    def text(self) -> str:
        """What it says."""
        return self.texts[-1].text

    @property
    def author(self) -> str:
        """Who wrote it first."""
        return self.texts[0].by

    def edited(self, text: str, *, at: datetime, by: str) -> "Note":
        """Return the note with other words; the earlier ones are kept."""
        return attrs.evolve(self, texts=(*self.texts, NoteText(text, at, by)))
