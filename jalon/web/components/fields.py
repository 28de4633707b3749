"""What the `field` component shows. Views build these; the template knows nothing of definitions or models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FieldKind = Literal[
    "text", "email", "tel", "number", "date", "datetime-local", "password", "long_text", "select", "radios",
    "checkboxes", "yes_no", "shown", "files", "file",
]  # fmt: skip


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    hint: str = ""
    locked: bool = False  # ticked and locked: shown, sent along, not to be changed
    disabled: bool = False  # shown, not to be chosen: "à venir"
    side: str = ""  # "129 preuves"
    lang: str = ""


@dataclass(frozen=True)
class FieldHelp:
    title: str
    body: str
    url: str = ""
    link: str = ""
    lang: str = ""


@dataclass(frozen=True)
class FileRow:
    """One file already given. `remove_url` takes a POST."""

    name: str
    detail: str = ""
    url: str = ""
    remove_url: str = ""
    note: str = ""  # "Non analysé"
    note_tone: str = "off"


@dataclass(frozen=True)
class Field:
    """One question on a page.

    `value` is a string; for "checkboxes" a collection of values; for "files" a tuple of FileRow.
    `data` becomes data-* attributes of the input (autosave: see static/jalon/js/autosave.js).
    """

    name: str
    label: str
    kind: FieldKind = "text"
    value: Any = ""
    hint: str = ""
    required: bool = False
    error: str = ""
    success: str = ""
    info: str = ""
    options: tuple[Choice, ...] = ()
    help: FieldHelp | None = None
    lang: str = ""  # language of the label and hint, when it is not the page's
    value_lang: str = ""  # and of what is typed, when that is known
    max_length: int | None = None
    autocomplete: str = "off"
    inputmode: str = ""
    placeholder: str = ""
    accept: str = ""
    multiple: bool = False
    readonly: bool = False
    upper_case: bool = False
    inline: bool = False  # options side by side
    rows: int = 4
    download_url: str = ""
    download_label: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    prefix: str = "f"

    @property
    def id(self) -> str:
        return f"{self.prefix}-{self.name}".replace(".", "-").replace("[", "-").replace("]", "")

    @property
    def is_group(self) -> bool:
        return self.kind in ("radios", "checkboxes", "yes_no")

    @property
    def input_type(self) -> str:
        return {"number": "text"}.get(self.kind, self.kind)

    @property
    def described_by(self) -> str:
        """Ids of what a screen reader adds to the label."""
        parts = [f"{self.id}-hint"] if self.hint else []
        parts += [f"{self.id}-message"] if self.error or self.success or self.info else []
        return " ".join(parts)

    @property
    def chosen(self) -> frozenset[str]:
        """The values that are ticked."""
        if self.value is None or self.value == "":
            values: tuple[str, ...] = ()
        else:
            values = (self.value,) if isinstance(self.value, str) else tuple(self.value)
        return frozenset(values) | {o.value for o in self.options if o.locked}
