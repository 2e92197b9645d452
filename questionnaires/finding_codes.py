"""Every finding code in one table: how severe it is, what it means and how to mend it.

`docs/instruments.md` prints this table (tested), and each code has a definition of its own in
`tests/definitions/invalid/` (tested). The codes of wording follow the project's checks of Vietnamese wording.
"""

from __future__ import annotations

from dataclasses import dataclass

from questionnaires.findings import Severity


@dataclass(frozen=True)
class FindingCode:
    """The fixed part of a finding.

    `policy` marks a rule of ours about good questions: an error in a Vietnamese instrument of our own, advice
    elsewhere, because wording that was fielded outside cannot be mended afterwards.
    `dangling` marks a fault that may only follow from another one: a reference to something that could not
    be read. It is reported only when everything could be read.
    """

    meaning: str
    remedy: str
    severity: Severity = Severity.ERROR
    policy: bool = False
    dangling: bool = False


def _advice(meaning: str, remedy: str) -> FindingCode:
    return FindingCode(meaning, remedy, severity=Severity.ADVICE)


def _policy(meaning: str, remedy: str) -> FindingCode:
    return FindingCode(meaning, remedy, policy=True, dangling=True)


def _reference(meaning: str, remedy: str) -> FindingCode:
    return FindingCode(meaning, remedy, dangling=True)


_FILE = {
    "NO_FILE": FindingCode("There is no such file or shipped definition.", "Check the name."),
    "TOO_LARGE": FindingCode("The file is over 1 MB.", "A definition is text; divide the instrument."),
    "NOT_UTF8": FindingCode("The file is not UTF-8 text.", "Save it as UTF-8."),
    "EMPTY_FILE": FindingCode("The file holds nothing.", "Start from a definition in the documentation."),
    "NOT_YAML": FindingCode("The text is not one YAML document.", "Mend the syntax at that line."),
    "TOO_DEEP": FindingCode("The nesting is deeper than 40 levels.", "Flatten the conditions."),
    "ALIAS": FindingCode("An anchor, alias or tag of YAML is used.", "Write the value out where it belongs."),
    "DUPLICATE_KEY": FindingCode("A key stands twice in one mapping.", "Keep one of the two."),
    "NOT_A_MAPPING": FindingCode(
        "The document is not a mapping of keys.", "Begin with `name:`, `title:`, `source_language:`."
    ),
}

_SHAPE = {
    "UNKNOWN_KEY": FindingCode("The key has no meaning here.", "Remove it or correct its spelling."),
    "MISSING_KEY": FindingCode("A required key is absent.", "Add it."),
    "WRONG_TYPE": FindingCode(
        "The value is of the wrong kind.", "Text that looks like a number needs quotes; codes are integers."
    ),
    "UNKNOWN_VALUE": FindingCode("The value is not one of those allowed.", "Choose one of them."),
    "EMPTY_TEXT": FindingCode("A text is empty.", "Write it or leave the key out."),
}

_NAMES = {
    "NAME_FORM": FindingCode(
        "A name is not of its form.",
        "Use small letters a-z, digits and single underscores, a letter first; "
        "agency codes also take capitals, dots and hyphens.",
    ),
    "NAME_RESERVED": FindingCode("An item has the name of a column of the frozen wave.", "Choose another."),
    "NAME_OF_FORM": FindingCode("An item has the name of a field of the forms.", "Choose another."),
    "NAME_CASE": FindingCode("Two names differ in capitals only.", "Use one spelling, or two clear names."),
    "NAME_DUPLICATE": FindingCode("A name is used twice.", "Give each its own name."),
}

_SCALES = {
    "SCALE_TOO_SHORT": FindingCode(
        "A scale has fewer than two categories.", "Add the others.", dangling=True
    ),
    "CODE_DUPLICATE": FindingCode("A code stands for two categories of a scale.", "Give each its own code."),
    "WORDING_DUPLICATE": FindingCode("Two categories of a scale read the same.", "Word each differently."),
    "SATISFIED_UNKNOWN": _reference(
        "A satisfied code is not in the scale.", "Use codes of the scale, each once."
    ),
    "SATISFIED_ORDER": _reference(
        "The satisfied codes are not the highest of the scale, or are all of them.",
        "Number the categories from worst to best; means and shares depend on it.",
    ),
    "MISSING_CODE_CLASH": FindingCode(
        "A missing code is also a category, or stands twice.", "Give each reason a code of its own."
    ),
    "RATING_CODES": _reference(
        "The codes of a scale for ratings do not rise in steps of one.",
        "Number the categories from worst to best, without a gap.",
    ),
    "RATING_NO_SATISFIED": _reference(
        "A scale judges an organisation and names no satisfied codes.", "Add `satisfied:`."
    ),
}

_CONSTRUCTS = {
    "CONSTRUCT_JUDGES": FindingCode(
        "A construct has both a role and an agency, or neither.", "Give it exactly one: whom it judges."
    ),
    "CONSTRUCT_NOT_RATED": FindingCode(
        "An item that is not a rating has a construct.", "Facts enter no index: remove `construct:`."
    ),
}

_ITEMS = {
    "NO_ITEMS": _reference("A section or the instrument has no items.", "Add items or remove the section."),
    "FIELD_MISSING": FindingCode("The item's type needs a field that is absent.", "Add it."),
    "FIELD_FOREIGN": FindingCode("The item's type has no use for a field.", "Remove it or change the type."),
    "BOUNDS": FindingCode("`low` is not below `high`, or `max_length` is below 1.", "Correct the bounds."),
    "MISSING_REASON": FindingCode(
        "An item offers a reason that a respondent cannot give, or one twice.",
        "Offer each of dont_know, refused and not_applicable at most once.",
    ),
    "MISSING_WORDING": _reference(
        "An offered missing reason has no wording.", "Add it under `missing_wording:`."
    ),
}

_REFERENCES = {
    "UNKNOWN_SCALE": _reference("The scale is not defined.", "Define it or correct the name."),
    "UNKNOWN_CONSTRUCT": _reference(
        "The construct is not defined.", "Define it under `constructs:` or correct the name."
    ),
    "UNKNOWN_ITEM": _reference("The item is not defined.", "Correct the name."),
    "UNKNOWN_CODE": _reference("A condition compares with a code that cannot occur.", "Use one that can."),
    "LATER_ITEM": _reference(
        "A condition depends on the item itself or on a later one.", "Ask that item first."
    ),
    "CONDITION_KIND": _reference(
        "The operator or its value does not suit the item it looks at.",
        "The documentation lists the operators of each item type.",
    ),
    "EMPTY_CONDITION": _reference("`all`, `any` or `none` holds no condition.", "Add one or remove it."),
    "UNUSED": FindingCode(
        "A scale or construct is used by no item.",
        "Remove it or use it.",
        severity=Severity.ADVICE,
        dangling=True,
    ),
}

_RECIPES = {
    "RECIPE_DUPLICATE": FindingCode("A recipe stands twice.", "Keep one."),
    "WEIGHT_NOT_RATED": _reference(
        "A weight is given to an item that is in no index.", "Weigh ratings that have a construct."
    ),
    "WEIGHT_INVALID": FindingCode("A weight is negative or not finite.", "Use zero or a positive number."),
    "WEIGHTS_ZERO": FindingCode("All weights of a recipe are zero.", "Give at least one item weight."),
    "WEIGHT_DUPLICATE": FindingCode("An item is weighted twice in a recipe.", "Keep one weight."),
    "WEIGHT_MISSING": _reference(
        "A recipe weighs some rated items and not this one.", "Weigh every rated item; zero leaves one out."
    ),
    "WEIGHTS_UNUSED": FindingCode(
        "A recipe whose rule knows no item weights has some.", "Use the rule fixed_weights, or remove them."
    ),
}

_REWORDINGS = {
    "REWORDING_UNKNOWN": _reference(
        "A rewording names a text that stands with no item.", "Name it by its key, such as item.<item>."
    ),
    "REWORDING_SAME": FindingCode(
        "A rewording tells of words that are still the same.", "Give the earlier wording, or remove it."
    ),
}

_LANGUAGES = {
    "LANGUAGE_UNKNOWN": FindingCode("The language tag is unknown.", "Use a tag such as vi or en."),
    "LANGUAGE_DUPLICATE": FindingCode("A language is listed twice.", "List each once, never the source."),
    "CATALOG_MISSING": FindingCode("A language has no catalog.", "Add the catalog or remove the language."),
    "CATALOG_BROKEN": FindingCode("A catalog cannot be read.", "Save it as UTF-8 in the gettext format."),
    "TRANSLATION_MISSING": _reference("A text has no translation.", "Translate it in the catalog."),
    "TRANSLATION_STALE": _reference(
        "A translation was made from another source wording.", "Check it, and put the new wording in msgid."
    ),
    "TRANSLATION_FUZZY": FindingCode("A translation is marked fuzzy.", "Check it and remove the mark."),
    "TRANSLATION_UNKNOWN": _reference("A translation belongs to no text.", "Remove it from the catalog."),
}

_EFFORT = {
    "NO_DONT_KNOW": _policy(
        "An item does not offer both don't know and refused.", "Add dont_know and refused under `missing:`."
    ),
    "UNEQUAL_EFFORT": _policy(
        "A follow-up depends on which rating was chosen, so that one answer costs more taps than another.",
        "Ask it of everybody, or of everybody who answered.",
    ),
}

_WORDING = {
    "PASSIVE": _advice("*bị* judges that the person suffered.", "Name the doer and the act."),
    "LOADED": _advice("A word carries its judgement with it.", "Ask with a neutral word or both poles."),
    "TAG_QUESTION": _advice("A tag asks for agreement.", "Ask an open question with both poles."),
    "TWO_IDEAS": _advice("A question asks about two things.", "Ask two questions."),
    "TWO_NEGATIVES": _advice("A sentence has two negatives.", "Ask it positively."),
    "ABSOLUTE": _advice("A word allows no exception.", "Ask about this errand."),
    "VAGUE_TIME": _advice("The time meant is vague.", "Name the period."),
    "NO_PERIOD": _advice(
        "Neither a rating nor its section says which errand or period is meant.",
        "Say *lần này* or the period in the section's wording.",
    ),
    "ONE_POLE": _advice("A question names one pole only.", "Name both: *hài lòng hay không hài lòng*."),
    "SOFT_POLE": _advice("A category says *chưa* (not yet), which softens one side.", "Say *không*."),
    "BANDS": _advice("Bands of numbers overlap or leave a gap.", "Let each begin after the one before ends."),
    "LONG_SENTENCE": _advice("A sentence has more than 22 syllables.", "Shorten or divide it."),
    "ABBREVIATION": _advice("An abbreviation is not for citizens.", "Write it out."),
    "OFFICIALESE": _advice("A word is of the office, not of the street.", "Use the everyday word."),
    "ADDRESS_MIX": _advice("The respondent is addressed in two ways.", "Say *quý vị* or nothing."),
    "SLASH_BRACKET": _advice("A slash or bracket cannot be read aloud.", "Write a word."),
    "TONE_PLACE": _advice("A tone mark or i/y is not in the house spelling.", "Write hòa, thủy, kỹ, lý."),
    "IDENTITY": _advice("It asks who the person is, or for an abolished level.", "Ask for a group."),
}

CODES: dict[str, FindingCode] = (
    _FILE
    | _SHAPE
    | _NAMES
    | _SCALES
    | _CONSTRUCTS
    | _ITEMS
    | _REFERENCES
    | _RECIPES
    | _REWORDINGS
    | _LANGUAGES
    | _EFFORT
    | _WORDING
)
