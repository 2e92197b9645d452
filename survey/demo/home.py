"""A demonstration's home: known by its file `demo.json`, and served again only as what it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ValidationError

from survey.config import Settings
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from pathlib import Path

# Nothing here may load the statistics: the process that reads this goes on to serve pages.

FILE: Final = "demo.json"
CITY: Final = "city"
TRUTH: Final = "truth.csv"

QUESTIONNAIRE: Final = "service_responsibility"
KIOSK_QUESTIONNAIRE: Final = "kiosk_core"

# waves: two that are over, of whoever wanted to answer and of a drawn sample; two that are open
OPEN, SAMPLE, WEB, KIOSK = "demo-open", "demo-sample", "demo-web", "demo-kiosk"


_BODY = "Bản trình diễn (thành phố giả lập)"


class Made(BaseModel, frozen=True, extra="forbid", strict=True):
    """What a demonstration was made from; with the same program the answers follow from it.

    Attributes:
        seed: of the city, of who answers and of who is drawn.
        interviews: how many the open wave that has closed collected.
        version: of the program.
    """

    format: Literal["longdan-demo/1"] = "longdan-demo/1"
    seed: int
    interviews: int
    version: str


def made_in(home: Path) -> Made | None:
    """What the demonstration in a folder was made from; None where there is nothing yet.

    Raises:
        Refusal: something else is there, or a demonstration that was not finished.
    """
    if home.is_symlink() or home.is_file() or (home.is_dir() and any(home.iterdir())):
        return _read(home)
    left = sorted(home.absolute().parent.glob(f".{home.absolute().name}.*.unfinished"))
    if left:
        fault = Fault(
            code="UNFINISHED",
            where=str(home),
            expected="a demonstration that was made to the end, or none",
            got=f"one that was stopped half-way, or is being made right now, in {', '.join(map(str, left))}",
            remedy="Wait for the other process if there is one; else remove that folder and start again.",
        )
        raise Refusal([fault])
    return None


def _read(home: Path) -> Made:
    try:
        return Made.model_validate_json((home / FILE).read_bytes())
    except (OSError, ValidationError) as error:
        fault = Fault(
            code="NOT_A_DEMO",
            where=str(home),
            expected="a folder that `longdan demo` made, or a new or empty one",
            got="something else: " + (f"no {FILE}" if isinstance(error, OSError) else f"another {FILE}"),
            remedy="Name another with `--home DIR`; a site of yours is served by `longdan serve --home DIR`.",
        )
        raise Refusal([fault]) from error


def settings_for(site_url: str) -> Settings:
    """The settings of a demonstration: whoever takes an interview reads that it is none for real."""
    return Settings(site_url=site_url, body=_BODY)


def refuse_other(home: Path, made: Made, *, seed: int | None, interviews: int | None) -> None:
    """Refuse to serve one demonstration as another; None asks for whichever is there.

    Raises:
        Refusal: it was made from another seed or with another number of interviews.
    """
    asked = {"seed": seed, "interviews": interviews}
    faults = [
        Fault(
            code="OTHER_DEMO",
            where=f"{home}: {name}",
            expected=f"{wanted}, as asked",
            got=f"{getattr(made, name)}, of which the demonstration there was made",
            remedy=f"Leave `--{name}` out, name another folder with `--home DIR`, or remove this one.",
        )
        for name, wanted in asked.items()
        if wanted not in {None, getattr(made, name)}
    ]
    if faults:
        raise Refusal(faults)
