"""Tests reach nothing outside this machine and nothing that belongs to the person who runs them."""

from __future__ import annotations

import os
import socket
import tempfile
import warnings
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError


def connect(address: tuple[str, int]) -> None:
    with socket.socket() as client:
        client.settimeout(5)
        client.connect(address)


def test_a_test_cannot_leave_the_machine() -> None:
    # 192.0.2.1 is set aside for documentation: nobody answers there even if the guard failed.
    with warnings.catch_warnings(action="ignore"), pytest.raises(SocketConnectBlockedError):
        connect(("192.0.2.1", 80))


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        connect(server.getsockname())


def test_home_and_temporary_folder_belong_to_the_test(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.getbasetemp()
    assert Path.home().is_relative_to(base)
    assert Path(tempfile.gettempdir()).is_relative_to(base)
    assert "XDG_CONFIG_HOME" not in os.environ


def test_a_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="planted"):
        warnings.warn("planted", stacklevel=1)
