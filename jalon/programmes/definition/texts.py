"""What every part of a definition is made of: keys, codes, texts in two languages. Unknown keys are errors."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from jalon.core.typography import french_spaces

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,110}$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Part):
    fr: str = Field(min_length=1)
    en: str = ""

    def in_language(self, language: str) -> str:
        """English where there is one, else French: as written, for what is stored, hashed or compared."""
        return self.en if self._has_english_for(language) else self.fr

    def shown_in(self, language: str) -> str:
        """The same for people's eyes, set as French is (mark it `lang="fr"` on the page: `is_french_in`)."""
        return self.en if self._has_english_for(language) else french_spaces(self.fr)

    def _has_english_for(self, language: str) -> bool:
        return language == "en" and self.en != ""

    def is_french_in(self, language: str) -> bool:
        return language != "fr" and not self.en
