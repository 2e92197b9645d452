"""The page as the template sees it: text that only needs placing, so no number reaches a template bare."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from questionnaires.model import Measure, Rule
from survey.scoring.report import explanation
from survey.scoring.report.contents import is_index
from survey.scoring.report.naming import alphabet_key, display_name, peers_of, peers_title
from survey.scoring.report.plot import Axis, axis_for, mark_for
from survey.scoring.report.sentences import (
    agency_sentences,
    mark_label,
    standard_text,
    why_withheld,
    written,
)
from survey.scoring.report.standing import (
    Range,
    Standing,
    bounds,
    is_indicative,
    participation_range,
    shown,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from survey.i18n import Language
    from survey.scoring.report.contents import ReportInput
    from survey.scoring.report.plot import Mark
    from survey.scoring.rows import ScoreRow


@dataclass(frozen=True, kw_only=True)
class Line:
    """One score in a table: its name, its drawing and its printed numbers, or words where it is withheld."""

    name: str
    is_composite: bool
    mark: Mark | None
    estimate: str = ""
    interval: str = ""
    respondents: str = ""
    could_rate: str = ""
    unanswered: str = ""
    bounds: str = ""
    visits: str = ""
    reach: str = ""
    use: str = ""
    fit: str = ""
    indicative: bool = False
    withheld: str = ""


@dataclass(frozen=True, kw_only=True)
class OtherRecipe:
    """One rule with the two measures it can be used on."""

    name: str
    is_headline: bool
    top2: str
    top2_interval: str
    mean100: str
    mean100_interval: str


@dataclass(frozen=True, kw_only=True)
class AgencyView:
    """One agency: its line among its peers, its sentences, and what stands behind the number."""

    anchor: str
    line: Line
    sentences: str
    parts: tuple[Line, ...]
    recipes: tuple[OtherRecipe, ...]
    conclusion: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """The agencies of one class, in the order of the alphabet."""

    standing: str
    title: str
    rule: str
    agencies: tuple[AgencyView, ...]


@dataclass(frozen=True, kw_only=True)
class Peers:
    """Agencies that may stand side by side."""

    title: str
    groups: tuple[Group, ...]
    axis: Axis

    @property
    def agencies(self) -> tuple[AgencyView, ...]:
        """All agencies of the peers, as the groups order them."""
        return tuple(agency for group in self.groups for agency in group.agencies)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many agencies a class holds."""

    standing: str
    title: str
    count: str


class Badge(NamedTuple):
    """A short fact about the whole page; `kind` decides whether its frame is dashed."""

    kind: str
    text: str


class PageBuilder:
    """Turns a report's input into what the template places, in one language."""

    def __init__(self, report: ReportInput, language: Language) -> None:
        self.report = report
        self.language = language
        self.is_open = report.basis == "open"
        self.headlines = sorted(
            report.headlines().values(), key=lambda row: alphabet_key(report.agencies[row.agency])
        )
        self.anchors = {row.agency: f"a{place}" for place, row in enumerate(self.headlines, start=1)}
        self.rows: dict[str, list[ScoreRow]] = {}
        for row in report.rows:
            self.rows.setdefault(row.agency, []).append(row)
        self.axis = axis_for(
            self.headlines, whole=self.is_open, standard=report.standard if report.compared else None
        )

    def peers(self) -> tuple[Peers, ...]:
        """The agencies by peers (communes first), in each the classes, in each the alphabet."""
        kinds = {row.agency: peers_of(self.report.agencies[row.agency].kind) for row in self.headlines}
        order = sorted(set(kinds.values()), key=lambda kind: (kind != "commune", kind == "", kind))
        return tuple(
            Peers(
                title=peers_title(kind, self.language),
                groups=tuple(self._groups([row for row in self.headlines if kinds[row.agency] == kind])),
                axis=self.axis,
            )
            for kind in order
        )

    def tallies(self) -> tuple[Tally, ...]:
        """The count of each class, where agencies are set against a standard."""
        counts = self._counts()
        return tuple(
            Tally(
                standing=found.value,
                title=explanation.standing_title(found, self.language),
                count=self.language.integer(counts[found]),
            )
            for found in Standing
            if self.report.compared and found is not Standing.TOGETHER
        )

    def lead(self) -> str:
        """The page in a sentence."""
        withheld = sum(shown(row) is None for row in self.headlines)
        return explanation.lead(self._counts(), withheld, self.report, self.language)

    def badges(self) -> tuple[Badge, ...]:
        """What holds for the whole page: fitness, plan, and whether it was computed after the fact."""
        gettext = self.language.gettext
        uses = Counter(row.decision_use for row in self.headlines if shown(row) is not None)
        badges = [
            Badge(
                use,
                gettext(
                    "%(use)s: %(count)s",
                    use=explanation.use_title(use, self.language),
                    count=self.language.ngettext("%(number)s agency", "%(number)s agencies", uses[use]),
                ),
            )
            for use in ("decisions", "improvement", "none")
            if uses[use]
        ]
        if self.report.plan_hash is not None:
            badges.append(Badge("plan", gettext("Plan sealed before the wave")))
        if self.report.after_the_fact:
            badges.append(Badge("plan", gettext("After the fact")))
        return tuple(badges)

    def _counts(self) -> Counter[Standing]:
        return Counter(standing(row, self.report) for row in self.headlines)

    def _groups(self, rows: list[ScoreRow]) -> Iterable[Group]:
        for found in Standing:
            members = tuple(self._agency(row) for row in rows if standing(row, self.report) is found)
            if members:
                compared = found is not Standing.TOGETHER
                yield Group(
                    standing=found.value,
                    title=explanation.standing_title(found, self.language) if compared else "",
                    rule=explanation.standing_rule(found, self.report, self.language) if compared else "",
                    agencies=members,
                )

    def _agency(self, row: ScoreRow) -> AgencyView:
        reach = self._reach(row)
        recipes = self._recipes(row.agency)
        return AgencyView(
            anchor=self.anchors[row.agency],
            line=self._line(
                row,
                name=display_name(self.report.agencies[row.agency], self.language),
                axis=self.axis,
                measure=self.report.measure,
                reach=reach,
            ),
            sentences=agency_sentences(row, self.report, self.language, reach),
            parts=tuple(self._parts(row.agency)),
            recipes=recipes,
            conclusion=self._conclusion(row.agency) if recipes else "",
        )

    def _reach(self, row: ScoreRow) -> Range | None:
        visitors = (self.report.visitors or {}).get(row.agency)
        if not self.is_open or visitors is None:
            return None
        items = [part for part in self.rows[row.agency] if part.item and part.recipe == self._item_recipe]
        return participation_range(row, items, visitors)

    @property
    def _item_recipe(self) -> str:
        return f"{self.report.measure}/item"

    def _line(
        self,
        row: ScoreRow,
        *,
        name: str,
        axis: Axis,
        measure: Measure,
        reach: Range | None = None,
    ) -> Line:
        numbers = shown(row)
        if numbers is None:
            return Line(
                name=name,
                is_composite=not row.item,
                mark=None,
                withheld=why_withheld(row, self.report, self.language),
            )
        language, left_open = self.language, bounds(row)
        found = standing(row, self.report) if is_index(row) else Standing.TOGETHER
        band = reach if self.is_open and is_index(row) else left_open
        visits = (self.report.visitors or {}).get(row.agency)
        return Line(
            name=name,
            is_composite=not row.item,
            mark=mark_for(
                row,
                axis=axis,
                thresholds=self.report.thresholds,
                band=band,
                tone=found.value,
                is_open=self.is_open,
                label=mark_label(row, self.report, language, band),
            ),
            estimate=written(numbers.estimate, measure, language),
            interval=language.interval(numbers.low, numbers.high),
            respondents=language.integer(numbers.n_valid),
            could_rate="" if row.n is None else language.integer(row.n),
            unanswered="" if row.missing_share is None else language.percent(row.missing_share * 100),
            bounds="" if left_open is None else language.interval(*left_open),
            visits="" if visits is None else language.integer(visits),
            reach="" if reach is None else language.interval(*reach),
            use=row.decision_use,
            fit=explanation.use_title(row.decision_use, language) if row.decision_use else "",
            indicative=is_indicative(row, self.report.thresholds),
        )

    def _parts(self, agency: str) -> Iterable[Line]:
        """The constructs with their items, then items that belong to none, in the instrument's order."""
        rows = self.rows[agency]
        composites = {
            row.construct: row
            for row in rows
            if row.construct and not row.item and row.recipe == self.report.headline
        }
        items = {
            (row.construct, row.item): row for row in rows if row.item and row.recipe == self._item_recipe
        }
        whole = Axis(0, decimals=1)
        for construct in (*self.report.constructs, ""):
            own = [items[construct, item] for item in self.report.items if (construct, item) in items]
            if construct in composites:
                yield self._line(
                    composites[construct],
                    name=self.language.keep_together(self.report.constructs[construct]),
                    axis=whole,
                    measure=self.report.measure,
                )
            for row in own:
                wording = self.language.keep_together(self.report.items[row.item])
                yield self._line(row, name=wording, axis=whole, measure=self.report.measure)

    def _recipes(self, agency: str) -> tuple[OtherRecipe, ...]:
        own = {row.recipe: row for row in self.rows[agency] if is_index(row)}
        return tuple(
            OtherRecipe(
                name=explanation.rule_title(rule, self.language),
                is_headline=rule is self.report.rule,
                top2=self._estimate(own.get(f"{Measure.TOP2}/{rule}")),
                top2_interval=self._interval(own.get(f"{Measure.TOP2}/{rule}")),
                mean100=self._estimate(own.get(f"{Measure.MEAN100}/{rule}")),
                mean100_interval=self._interval(own.get(f"{Measure.MEAN100}/{rule}")),
            )
            for rule in Rule
            if any(shown(own[name]) for name in (f"{m}/{rule}" for m in Measure) if name in own)
        )

    def _estimate(self, row: ScoreRow | None) -> str:
        numbers = shown(row) if row else None
        if row is None or numbers is None:
            return ""
        return written(numbers.estimate, Measure(row.recipe.partition("/")[0]), self.language)

    def _interval(self, row: ScoreRow | None) -> str:
        numbers = shown(row) if row else None
        return "" if numbers is None else self.language.interval(numbers.low, numbers.high)

    def _conclusion(self, agency: str) -> str:
        """Over which range the headline's measure moves when items make the index in another way."""
        found = [
            numbers.estimate
            for row in self.rows[agency]
            if is_index(row) and row.recipe.startswith(f"{self.report.measure}/")
            if (numbers := shown(row)) is not None
        ]
        if not found:
            return ""
        low, high = (written(value, self.report.measure, self.language) for value in (min(found), max(found)))
        return self.language.gettext(
            "Whichever way the questions make one number, it lies between %(low)s and %(high)s.",
            low=low,
            high=high,
        )


def standard_label(report: ReportInput, language: Language) -> str:
    """The standard's line in the plot, or nothing where agencies are not compared."""
    if not report.compared:
        return ""
    return language.gettext("Standard %(standard)s", standard=standard_text(report, language))
