"""`dev.py flask …` runs where the data are, whoever started the servers, and hands its status back."""

import json

from tests.dev.toy import Toy


def test_starts_the_servers_and_stops_them(toy: Toy) -> None:
    toy.dev("reset", "--yes")
    assert toy.dev("flask", "leave", "7")[:2] == (7, "0\n")
    assert toy.is_gone()


def test_uses_those_that_run(toy: Toy) -> None:
    toy.dev("reset", "--yes")
    toy.run()
    assert toy.dev("flask", "leave", "3")[:2] == (3, "1\n")
    assert toy.page() == "1"


def test_two_at_once_both_finish(toy: Toy) -> None:
    both = [toy.begin("flask", "leave", status) for status in ("4", "5")]
    for begun, status in zip(both, (4, 5), strict=True):
        _, err = begun.communicate(timeout=60)
        assert begun.returncode == status, err


def test_data_and_secrets_that_no_longer_fit_are_told(toy: Toy) -> None:
    toy.dev("flask", "leave", "0")
    path = toy.instance / "secrets.json"
    kept = path.read_text()
    path.write_text(json.dumps(json.loads(kept) | {"DATABASE_PASSWORD": "another"}))
    status, out, err = toy.dev("flask", "leave", "0")
    path.write_text(kept)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "dev.py reset" in err
