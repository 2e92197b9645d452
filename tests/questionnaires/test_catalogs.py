from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest

from questionnaires import loader
from questionnaires.catalogs import DEFINITIONS, TRANSLATIONS, catalog_file, refreshed_catalog
from questionnaires.findings import DefinitionError
from questionnaires.model import Missing
from questionnaires.wording import missing_key, source_texts, texts

FEATURES = Path(__file__).parents[1] / "definitions" / "features"
SHIPPED = loader.shipped_names()


@pytest.fixture
def two_languages(tmp_path: Path) -> Path:
    for name in ("second_language.yaml", "second_language.en.po"):
        shutil.copy(FEATURES / name, tmp_path / name)
    return tmp_path / "second_language.yaml"


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_key_names_one_text_and_every_language_has_it(name: str) -> None:
    instrument = loader.shipped(name)
    keys = [text.key for text in source_texts(instrument)]
    assert len(set(keys)) == len(keys)
    for language in instrument.languages:
        spoken = texts(instrument, language)
        assert set(spoken) == set(keys)
        assert all(text.strip() for text in spoken.values())


@pytest.mark.parametrize("name", SHIPPED)
def test_the_catalogs_of_shipped_definitions_are_written_by_the_program(name: str) -> None:
    instrument = loader.shipped(name)
    for language in instrument.languages[1:]:
        file = catalog_file(DEFINITIONS / f"{name}.yaml", language)
        assert file == TRANSLATIONS / language / "LC_MESSAGES" / f"{name}.po"
        assert refreshed_catalog(instrument, language, file) == file.read_text(encoding="utf-8")


def test_a_language_the_instrument_does_not_speak_is_refused() -> None:
    with pytest.raises(KeyError, match="fr"):
        texts(loader.shipped("kiosk_core"), "fr")


def test_a_missing_reason_is_worded_by_the_scale_before_the_instrument() -> None:
    instrument = loader.shipped("service_responsibility")
    fact, judgement = instrument.item("paid_extra"), instrument.item("courtesy")
    spoken = texts(instrument, "vi")
    assert spoken[missing_key(instrument, fact, Missing.DONT_KNOW)] == "Không nhớ"
    assert spoken[missing_key(instrument, fact, Missing.REFUSED)] == "Không muốn trả lời"
    assert spoken[missing_key(instrument, judgement, Missing.DONT_KNOW)] == "Không biết"


def test_a_finding_of_a_catalog_names_the_line_of_the_catalog(two_languages: Path) -> None:
    catalog = two_languages.with_name("second_language.en.po")
    _replace(catalog, 'msgid "Có"', 'msgid "Vâng"')
    (finding,) = loader.check(two_languages)
    assert finding.code == "TRANSLATION_STALE"
    place, _, line = finding.where.rpartition(":")
    assert Path(place) == catalog
    assert "Vâng" in catalog.read_text(encoding="utf-8").splitlines()[int(line) - 1]


def test_all_faults_of_a_catalog_are_found_at_once(two_languages: Path) -> None:
    catalog = two_languages.with_name("second_language.en.po")
    _replace(catalog, 'msgid "Có"', 'msgid "Vâng"')
    _replace(catalog, 'msgstr "No"', 'msgstr ""')
    _replace(catalog, 'msgctxt "title"', '#, fuzzy\nmsgctxt "title"')
    _replace(catalog, 'msgctxt "item.extra"', 'msgctxt "item.gone"')
    with pytest.raises(DefinitionError) as refusal:
        loader.load(two_languages)
    assert sorted(finding.code for finding in refusal.value.findings) == [
        "TRANSLATION_FUZZY",
        "TRANSLATION_MISSING",
        "TRANSLATION_MISSING",
        "TRANSLATION_STALE",
        "TRANSLATION_UNKNOWN",
    ]


def test_a_changed_source_wording_makes_its_translations_stale(two_languages: Path) -> None:
    _replace(two_languages, "Cán bộ có yêu cầu thêm giấy tờ không?", "Cán bộ có đòi thêm giấy tờ không?")
    assert [finding.code for finding in loader.check(two_languages)] == ["TRANSLATION_STALE"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 1_000_001, b'msgid "a\nnonsense', b"\x89PNG\r\n"])
def test_a_catalog_of_the_wrong_kind_is_refused(two_languages: Path, content: bytes) -> None:
    two_languages.with_name("second_language.en.po").write_bytes(content)
    assert [finding.code for finding in loader.check(two_languages)] == ["CATALOG_BROKEN"]


def test_a_catalog_in_decomposed_text_is_the_same_catalog(two_languages: Path) -> None:
    catalog = two_languages.with_name("second_language.en.po")
    before = loader.load(two_languages)
    catalog.write_text(unicodedata.normalize("NFD", catalog.read_text(encoding="utf-8")), encoding="utf-8")
    assert loader.load(two_languages) == before


def test_refreshing_keeps_what_holds_and_marks_what_changed(two_languages: Path) -> None:
    catalog = two_languages.with_name("second_language.en.po")
    instrument = loader.load(two_languages)
    _replace(catalog, 'msgid "Có"', 'msgid "Vâng"')
    _replace(catalog, 'msgctxt "item.extra"', 'msgctxt "item.gone"')
    catalog.write_text(refreshed_catalog(instrument, "en", catalog), encoding="utf-8")
    assert [finding.code for finding in loader.check(two_languages)] == [
        "TRANSLATION_MISSING",
        "TRANSLATION_FUZZY",
    ]
    assert 'msgid "Có"\nmsgstr "Yes"' in catalog.read_text(encoding="utf-8")
    assert "item.gone" not in catalog.read_text(encoding="utf-8")


def test_a_broken_catalog_is_not_overwritten(two_languages: Path) -> None:
    catalog = two_languages.with_name("second_language.en.po")
    instrument = loader.load(two_languages)
    catalog.write_bytes(b"\xff")
    with pytest.raises(ValueError, match=r"second_language\.en\.po:1"):
        refreshed_catalog(instrument, "en", catalog)
