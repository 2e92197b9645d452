from __future__ import annotations

import copy
import dataclasses
import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from questionnaires import loader
from questionnaires.canonical import from_json, instrument_hash, to_json
from questionnaires.document import read
from questionnaires.model import ItemWeight, Recipe
from questionnaires.wording import source_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

FEATURES = Path(__file__).parents[1] / "definitions" / "features"
FILES = sorted(FEATURES.glob("*.yaml"))
SHIPPED = loader.shipped_names()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_json_of_a_feature_comes_back_as_the_same_instrument(file: Path) -> None:
    instrument = loader.load(file)
    assert from_json(to_json(instrument)) == instrument
    assert to_json(from_json(to_json(instrument))) == to_json(instrument)


@pytest.mark.parametrize("name", SHIPPED)
def test_json_of_a_shipped_instrument_comes_back_as_the_same(name: str) -> None:
    instrument = loader.shipped(name)
    assert from_json(to_json(instrument)) == instrument


def test_the_canonical_form_is_nfc_sorted_and_without_spaces() -> None:
    text = to_json(loader.shipped("kiosk_core"))
    assert unicodedata.is_normalized("NFC", text)
    assert "không" in text
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_the_hash_is_sha256_in_hexadecimal() -> None:
    assert re.fullmatch("[0-9a-f]{64}", instrument_hash(loader.shipped("kiosk_core")))


def _leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, (*path, index))
    else:
        yield path


def _is_wording(path: tuple[Any, ...]) -> bool:
    return path[-1] in {"title", "wording", "hint"} or "missing_wording" in path or "texts" in path


def test_the_hash_changes_with_every_single_wording_in_every_language() -> None:
    instrument = loader.shipped("service_responsibility")
    data = json.loads(to_json(instrument))
    paths = [path for path in _leaves(data) if _is_wording(path)]
    assert len(paths) == 2 * len(list(source_texts(instrument)))
    hashes = {instrument_hash(instrument)}
    for path in paths:
        changed = copy.deepcopy(data)
        node = changed
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] += "."
        hashes.add(instrument_hash(from_json(json.dumps(changed))))
    assert len(hashes) == len(paths) + 1


def test_the_hash_changes_with_the_recipes_and_their_weights() -> None:
    instrument = loader.load(FEATURES / "recipe_weights.yaml")
    first, second = instrument.recipes
    weights = (ItemWeight(item="manner", weight=2.5), first.item_weights[1])
    others = [
        (),
        (first,),
        (second, first),
        (dataclasses.replace(first, item_weights=weights), second),
        (dataclasses.replace(first, item_weights=()), second),
        (Recipe(measure=second.measure, rule=second.rule), second),
    ]
    hashes = {instrument_hash(dataclasses.replace(instrument, recipes=recipes)) for recipes in others}
    assert len(hashes | {instrument_hash(instrument)}) == len(others) + 1


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_hash_does_not_change_with_the_layout_of_the_file(file: Path, tmp_path: Path) -> None:
    data = read(file).data
    turned = {key: data[key] for key in reversed(data)}
    other = tmp_path / file.name
    other.write_text("# other\n" + json.dumps(turned, indent=3, ensure_ascii=True), encoding="utf-8")
    for catalog in FEATURES.glob(f"{file.stem}.*.po"):
        (tmp_path / catalog.name).write_bytes(catalog.read_bytes())
    assert instrument_hash(loader.load(other)) == instrument_hash(loader.load(file))


def test_decomposed_and_composed_text_have_one_hash(tmp_path: Path) -> None:
    file = FEATURES / "decomposed.yaml"
    text = file.read_text(encoding="utf-8-sig")
    assert not unicodedata.is_normalized("NFC", text)
    other = tmp_path / file.name
    other.write_text(unicodedata.normalize("NFC", text), encoding="utf-8")
    assert instrument_hash(loader.load(other)) == instrument_hash(loader.load(file))
    decomposed = from_json(unicodedata.normalize("NFD", to_json(loader.load(file))))
    assert decomposed == loader.load(file)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": 1}', "not json"])
def test_what_is_no_instrument_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        from_json(text)


def test_a_definition_without_recipes_gets_all_of_them() -> None:
    instrument = loader.load(FEATURES / "construct_role.yaml")
    assert len({recipe.name for recipe in instrument.recipes}) == len(instrument.recipes) == 10
    assert instrument.recipes[0].name == "top2/fixed_weights"
    assert len(loader.load(FEATURES / "recipe_weights.yaml").recipes) == 2
