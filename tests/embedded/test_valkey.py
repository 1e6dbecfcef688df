"""Valkey starts with its password in no list of processes, and ends with its keeper."""

import subprocess
from pathlib import Path

import pytest
import redis

from procurement.embedded import valkey
from procurement.embedded.errors import ServerError
from procurement.embedded.valkey import Valkey


def test_serves_many_databases_behind_its_password(tmp_path: Path) -> None:
    with Valkey(tmp_path / "a folder") as server:
        for url in (server.url, server.url[:-1] + "63"):
            with redis.Redis.from_url(url) as client:
                assert client.ping()
        with (
            redis.Redis.from_url(server.url.replace(server.password, "other")) as stranger,
            pytest.raises(redis.exceptions.AuthenticationError),
        ):
            stranger.ping()
        assert server.server is not None
        command = Path("/proc") / str(server.server.pid) / "cmdline"
        assert not command.exists() or server.password not in command.read_text()


def test_comes_back_empty_on_the_same_port(tmp_path: Path) -> None:
    server = Valkey(tmp_path)
    server.start()
    with redis.Redis.from_url(server.url) as client:
        client.set("key", "value")
    url = server.url
    server.stop()
    server.start()
    try:
        assert server.url == url
        with redis.Redis.from_url(url) as client:
            assert client.get("key") is None
    finally:
        server.stop()


def test_another_server_on_its_port_is_not_taken_for_it(tmp_path: Path) -> None:
    with Valkey(tmp_path / "first") as first, pytest.raises(ServerError, match="Valkey: it did not start"):
        Valkey(tmp_path / "second", port=first.port).start()


def test_a_platform_without_a_wheel_is_told_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey.platform, "machine", lambda: "riscv64")
    with pytest.raises(ServerError, match="set REDIS_URL"):
        Valkey(tmp_path).start()


def test_stopping_twice_is_harmless(tmp_path: Path) -> None:
    server = Valkey(tmp_path)
    server.start()
    process: subprocess.Popen[bytes] | None = server.server
    server.stop()
    server.stop()
    assert process is not None
    assert process.returncode is not None
