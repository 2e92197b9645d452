"""What is done with answers every night: settled ones are compared, old drafts go, batches settle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from survey.answers import drafts
from survey.answers.anchor import Anchor, anchor_faults
from survey.answers.settling import settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from survey.answers.settling import Settled
    from survey.config import Home
    from survey.stores import Store


def nightly(
    store: Store,
    home: Home,
    now: datetime,
    *,
    actor: str,
    step: Callable[[str], None] = lambda _: None,
) -> Settled:
    """Settle what can be settled, forget old drafts, and compare the settled responses with the chain.

    Args:
        store: the main store, as its owner.
        home: the site.
        now: in the time zone of the site.
        actor: who does it, for the audit chain.
        step: told of each step.

    Returns:
        What was settled; its faults name responses that were changed since the last anchor, too.
    """
    with store.reading() as connection:
        changed = anchor_faults(connection)
    with store.writing() as connection:
        drafts.expire(connection, now.date())
    settled = settle(store, home, anchor=Anchor(now, actor), step=step)
    return replace(settled, faults=(*changed, *settled.faults))
