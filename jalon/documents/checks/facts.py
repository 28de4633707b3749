"""What was read in a file: kept as data, so that it can be judged again without reading the file again."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, field_validator

from jalon.core.clock import PARIS

VERSION = 4  # grows when the readers say more of the same bytes: what was read before is then read again


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trouble(_Fact):
    """A check at the door that the file does not pass; nothing more is known of it then."""

    check: str
    case: str = ""
    params: dict[str, str | int] = {}


class Signature(_Fact):
    """An electronic signature. `signed_at`: by a timestamp where there is one (`timestamped`), else as claimed.

    A program may claim a time without its zone: that of Paris is meant.
    """

    signer: str
    organisation: str = ""
    signed_at: datetime | None = None
    timestamped: bool = False
    intact: bool = False

    @field_validator("signed_at")
    @classmethod
    def _in_a_zone(cls, claimed: datetime | None) -> datetime | None:
        return claimed.replace(tzinfo=PARIS) if claimed and claimed.tzinfo is None else claimed


class Timestamp(_Fact):
    """What an authority says was there at that instant: no signature, and it makes nothing younger or older."""

    authority: str
    made_at: datetime | None = None
    intact: bool = False


class Pdf(_Fact):
    pages: int
    pdf_a: str = ""  # "1B", "3A"; "": it does not say that it is PDF/A
    signatures: tuple[Signature, ...] = ()
    timestamps: tuple[Timestamp, ...] = ()  # of the whole document; a signature's own is told with it


class Film(_Fact):
    """`frames`: how many of the sampled places gave a picture; `asked`: how many were tried."""

    codec: str = ""  # "": no moving picture inside
    seconds: float | None = None  # unknown is not 0
    width: int = 0
    height: int = 0
    frames: int = 0
    asked: int = 0
    blank: bool = False  # every picture that was looked at is of one colour


class Picture(_Fact):
    width: int
    height: int
    blank: bool = False


class Mail(_Fact):
    """Headers by lower-case name, the first of each, cut; `parts`: how many parts its body has."""

    headers: dict[str, str] = {}
    parts: int = 1
    has_body: bool = False


class Report(_Fact):
    """What a test platform says of a run: in a report that a connector took over, or in one that was handed in.

    Frozen at that moment; never what a person typed. `said`: the platform's own word for the verdict.
    """

    verdict: str  # "passed", "failed", "undefined"
    said: str = ""
    test: str = ""
    product: str = ""
    organisation: str = ""
    tested_on: date | None = None


class Facts(_Fact):
    version: int = VERSION
    format: str = ""  # the extension, canonical
    troubles: tuple[Trouble, ...] = ()
    pdf: Pdf | None = None
    film: Film | None = None
    picture: Picture | None = None
    mail: Mail | None = None
    report: Report | None = None
