"""Small surveys for one purpose each: a definition, answers and a design, frozen and scored."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from questionnaires import loader
from survey.frozen.outside import freeze
from survey.scoring.result import score
from tests.survey.scoring.program import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.survey.scoring.program import Row

WORDS = ("Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied")
ONE_OFFICE = {"service": {"role": "received"}}
ONE_ITEM = {"manner": "service"}


@dataclass(kw_only=True)
class Survey:
    """What a test asks whom about whom.

    Attributes:
        folder: where the files are written.
        columns: the answers, by the name of the column.
        items: the construct of each rated item; None: it enters no index.
        constructs: whom each construct judges: a role or an agency.
        wordings: of items, where it matters.
        recipes: as in a definition; None: all ten.
        design: the design file beyond the roles.
        names: the names of the units by code; None: no file of units.
    """

    folder: Path
    columns: Mapping[str, Sequence[object]]
    items: Mapping[str, str | None] = field(default_factory=lambda: ONE_ITEM)
    constructs: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: ONE_OFFICE)
    wordings: Mapping[str, str] = field(default_factory=dict)
    title: str = "A survey"
    recipes: Sequence[Mapping[str, Any]] | None = None
    design: Mapping[str, Any] = field(default_factory=lambda: {"basis": "probability"})
    names: Mapping[str, str] | None = None
    plan: Mapping[str, Any] | None = None

    def write(self) -> dict[str, Path]:
        """Write every file; the paths by the option that takes them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = {
            "data": self.folder / "answers.csv",
            "instrument": self.folder / "definition.yaml",
            "design": self.folder / "design.yaml",
        }
        _table(paths["data"], list(self.columns), zip(*self.columns.values(), strict=True))
        roles = {one["role"]: one["role"] for one in self.constructs.values() if "role" in one}
        _json(paths["instrument"], self.definition())
        _json(paths["design"], {**self.design, "roles": roles} if roles else self.design)
        if self.names is not None:
            paths["units"] = self.folder / "units.csv"
            _table(paths["units"], ["code", "name", "kind"], [(*both, "") for both in self.names.items()])
        if self.plan is not None:
            paths["plan"] = self.folder / "plan.yaml"
            _json(paths["plan"], self.plan)
        return paths

    def definition(self) -> dict[str, Any]:
        """The definition as its YAML says it."""
        items = [
            {
                "name": name,
                "type": "rating",
                "wording": self.wordings.get(name, f"How satisfied are you with {name}?"),
                "scale": "satisfaction",
                "missing": ["dont_know", "refused", "not_applicable"],
                **({} if construct is None else {"construct": construct}),
            }
            for name, construct in self.items.items()
        ]
        constructs = [{"name": name, "wording": name, **who} for name, who in self.constructs.items()]
        categories = [{"code": code, "wording": wording} for code, wording in enumerate(WORDS, 1)]
        return {
            "name": "small",
            "title": self.title,
            "source_language": "en",
            "missing_wording": {
                "dont_know": "Don't know", "refused": "No answer", "not_applicable": "Does not apply"
            },
            "scales": [{"name": "satisfaction", "categories": categories, "satisfied": [4, 5]}],
            **({"constructs": constructs} if constructs else {}),
            "sections": [{"name": "all", "title": "All", "items": items}],
            **({} if self.recipes is None else {"recipes": list(self.recipes)}),
        }  # fmt: skip

    def freeze(self) -> Path:
        """The folder of the frozen wave."""
        paths = self.write()
        instrument = loader.load(paths.pop("instrument"))
        freeze(instrument=instrument, out=self.folder / "wave", **paths)
        return self.folder / "wave"

    def score(self, language: Literal["vi", "en"] = "en") -> list[Row]:
        """The rows of `scores.csv`; the result lies beside the wave."""
        score(self.freeze(), self.folder / "result", language=language, threads=1)
        return rows_of(self.folder / "result")

    @property
    def result(self) -> Path:
        """Where `score` put the result."""
        return self.folder / "result"


def _json(path: Path, content: Mapping[str, Any]) -> None:
    """JSON is YAML too."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _table(path: Path, header: list[str], rows: Any) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
