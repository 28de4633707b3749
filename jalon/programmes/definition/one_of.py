"""Several ways to meet the same thing, of which one is enough. No Django, no database.

The vendor says which way is its own; scenarios and proofs of the others (`only`) are not asked for.
"""

from pydantic import Field

from jalon.programmes.definition.conditions import Condition
from jalon.programmes.definition.texts import Key, Part, Text


class Alternative(Part):
    key: Key
    label: Text  # "Mode web"
    when: Condition | None = None  # offered only then; none: whenever it asks for something


class OneOf(Part):
    """A choice that the vendor makes among the chapters; it holds wherever scenarios and proofs name it."""

    key: Key
    label: Text  # "Votre modalité de connexion"
    hint: Text | None = None
    options: tuple[Alternative, ...] = Field(min_length=2)

    def option(self, key: str) -> Alternative | None:
        return next((option for option in self.options if option.key == key), None)


class Only(Part):
    """Asked for where one of these options is chosen, and nowhere else."""

    one_of: Key
    options: tuple[Key, ...] = Field(min_length=1)
