"""What every part of a definition is made of: keys, codes, texts in two languages. Unknown keys are errors."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,110}$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Part):
    fr: str = Field(min_length=1)
    en: str = ""

    def in_language(self, language: str) -> str:
        """English where there is one, else French (mark it `lang="fr"` on the page: `is_french_in`)."""
        return self.en if language == "en" and self.en else self.fr

    def is_french_in(self, language: str) -> bool:
        return language != "fr" and not self.en
