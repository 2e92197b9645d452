"""What follows a document reads it as a person does, and fails where the person would be stopped."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.documents.desk import Desk
from tests.documents.document import Change, Command, commands, files, moved, section, steps

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """# A page

Not a command: `longdan init`.

## Begin

`units.csv`

```csv
kind,code
place,A
```

```sh
pip install .
longdan open w --from 2026-07-01  # of 2026
```

```console
longdan not-this
```

### Mend

```diff
--- units.csv
+++ units.csv
 kind,code
-place,A
+place,B
+place,C
```

## End

```sh
longdan close w
```
"""


def test_files_commands_and_changes_are_found_in_their_order() -> None:
    part = section(PAGE, "Begin")
    assert files(part) == {"units.csv": "kind,code\nplace,A\n"}
    assert steps(part) == [
        Command("pip install ."),
        Command("longdan open w --from 2026-07-01  # of 2026"),
        Change("units.csv", "kind,code\nplace,A\n", "kind,code\nplace,B\nplace,C\n"),
    ]
    assert commands(PAGE) == ["longdan open w --from 2026-07-01  # of 2026", "longdan close w"]


def test_days_move_together() -> None:
    line = "2026-q3 from 2026-07-01 to 2026-09-30"
    assert moved(line, date(2026, 7, 1), date(2027, 1, 1)) == "2026-q3 from 2027-01-01 to 2027-04-02"


@pytest.mark.parametrize("text", ["kind,code\nplace,X\n", "kind,code\nplace,A\n" * 2])
def test_a_change_that_does_not_fit_its_file_fails(text: str) -> None:
    (change,) = [step for step in steps(PAGE) if isinstance(step, Change)]
    with pytest.raises(AssertionError, match=r"units\.csv does not have once"):
        change.of(text)
    assert change.of("kind,code\nplace,A\nlast\n") == "kind,code\nplace,B\nplace,C\nlast\n"


def test_a_command_that_is_refused_or_unknown_fails(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {})
    for line, said in (("longdan units import units.csv", "SETTINGS"), ("longdan unfold", "No such command")):
        with pytest.raises(AssertionError, match=said):
            desk.run(line)
