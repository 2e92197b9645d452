"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path

import click

home_option = click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=Path("longdan-site"),
    envvar="LONGDAN_HOME",
    show_default="./longdan-site",
    show_envvar=True,
    help="The site's folder.",
)
json_option = click.option("--json", "machine", is_flag=True, help="Print the machine form.")
