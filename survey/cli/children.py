"""Long work in a process of its own, whose memory ends with it; it tells its progress and its refusals."""

from __future__ import annotations

import contextlib
import multiprocessing
from typing import TYPE_CHECKING, Any, TypeVar, cast

from survey.cli.faults import faults_of
from survey.refusal import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar("T")

_STEP, _FAULTS, _DONE = "step", "faults", "done"


def in_a_child(
    work: Callable[..., T], *arguments: object, step: Callable[[str], None], where: str, remedy: str
) -> T:
    """Call a function in a process of its own.

    Args:
        work: a function of a module, called with the arguments and with `step`.
        arguments: by place; they and what comes back are pickled.
        step: told of each step.
        where: what is worked on, for a refusal.
        remedy: what to do when the process was killed.

    Returns:
        What the function returned.

    Raises:
        Refusal: what the function refused, or that its process ended before it was done.
    """
    context = multiprocessing.get_context("spawn")
    told, tell = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(tell, work, arguments))
    child.start()
    tell.close()
    try:
        while True:
            kind, content = told.recv()
            if kind == _STEP:
                step(content)
            elif kind == _FAULTS:
                raise Refusal(content)
            else:
                return cast("T", content)
    except EOFError as error:
        child.join()
        fault = Fault(
            code="INTERRUPTED",
            where=where,
            expected="the process that does the work to end it",
            got=f"it ended with code {child.exitcode}",
            remedy=remedy,
        )
        raise Refusal([fault]) from error
    finally:
        child.join()


def _work(tell: Connection[Any, Any], work: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    try:
        # Ctrl+C stops both processes, and the other says so; without the other nobody is told anything
        with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
            done = work(*arguments, step=lambda step: tell.send((_STEP, step)))
            tell.send((_DONE, done))
    except Exception as error:
        faults = faults_of(error)
        if not faults:
            raise
        tell.send((_FAULTS, faults))
