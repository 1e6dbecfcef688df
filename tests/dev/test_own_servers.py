"""With servers named in the environment, `dev.py` embeds none of that kind."""

from pathlib import Path

from procurement.embedded import databases
from procurement.embedded.postgres import Postgres
from procurement.embedded.valkey import Valkey
from tests.dev.toy import Toy


def test_nothing_is_embedded_that_the_environment_names(toy: Toy, tmp_path: Path) -> None:
    with Postgres(tmp_path / "postgres", throwaway=True) as postgres, Valkey(tmp_path / "valkey") as valkey:
        own = {
            "DATABASE_URL": databases.create(postgres.url(), "own"),
            "REDIS_URL": valkey.url,
            "SMTP_URL": "smtp://127.0.0.1:9",
        }
        running = toy.run(**own)
        lines = [Path(f"/proc/{pid}/cmdline").read_text() for pid in toy.processes()]
        assert not [
            line for line in lines if "postgres" in line or "valkey" in line or "devtools.mail" in line
        ]
        # Migrated; no demo network, whose passwords everybody knows, in a database that may be a real one.
        assert toy.page() == "0"
        assert toy.dev("flask", "leave", "5", **own)[:2] == (5, "0\n")
        running.terminate()
        out, _ = running.communicate(timeout=30)
        assert "DATABASE_URL is yours" in out
        assert "/dev/mailbox" not in out
        assert not (toy.instance / "postgres").exists()


def test_a_database_that_does_not_answer_is_told_in_one_line(toy: Toy) -> None:
    status, out, err = toy.dev("run", DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "Is DATABASE_URL right?" in err
