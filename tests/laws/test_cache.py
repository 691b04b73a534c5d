"""What is kept between runs: whole or not there, never another's, and no cause of failure."""

import threading
from pathlib import Path

import pytest

from crlm_bayes import cache
from crlm_bayes.cache import Cache


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.PLACE, str(tmp_path))


def test_an_entry_is_what_was_put_there_and_belongs_to_its_generation() -> None:
    """Another process, another key, another version of the program."""
    Cache("curves", "1").put("a", b"value")
    assert Cache("curves", "1").get("a") == b"value"
    assert Cache("curves", "1").get("b") is None
    assert Cache("curves", "2").get("a") is None
    assert Cache("shapes", "1").get("a") is None
    assert cache.sizes() == {"curves": cache.Size(1, 32 + 5)}


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 40])
def test_a_damaged_entry_is_not_there(damage: bytes) -> None:
    """It is removed, so that it is made again."""
    kept = Cache("curves", "1")
    kept.put("a", b"value")
    (path,) = kept.root.iterdir()
    path.write_bytes(damage)
    assert kept.get("a") is None
    assert not path.exists()
    kept.put("a", b"value")
    assert kept.get("a") == b"value"


def test_one_altered_bit_is_damage() -> None:
    """Of the value, and of its digest."""
    kept = Cache("curves", "1")
    for place in (0, -1):
        kept.put("a", b"value")
        (path,) = kept.root.iterdir()
        altered = bytearray(path.read_bytes())
        altered[place] ^= 1
        path.write_bytes(altered)
        assert kept.get("a") is None


def test_a_cache_that_cannot_be_written_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").touch()
    monkeypatch.setenv(cache.PLACE, str(tmp_path / "file"))
    kept = Cache("curves", "1")
    kept.put("a", b"value")
    assert kept.get("a") is None
    assert cache.sizes() == {}


def test_only_the_latest_generations_stay() -> None:
    """Those of versions that are gone are swept when a new one begins."""
    for generation in range(cache.KEPT + 2):
        Cache("curves", str(generation)).put("a", b"value")
    assert cache.sizes()["curves"].entries == cache.KEPT
    assert Cache("curves", str(cache.KEPT + 1)).get("a") == b"value"


def test_many_at_once_read_whole_entries() -> None:
    """Writers replace, readers see one of the values."""
    kept, values = Cache("curves", "1"), [bytes([i]) * 100_000 for i in range(4)]
    kept.put("a", values[0])
    seen: set[bytes | None] = set()

    def work(value: bytes) -> None:
        for _ in range(20):
            kept.put(f"own {value[0]}", value)
            kept.put("a", value)
            seen.add(kept.get("a"))

    threads = [threading.Thread(target=work, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen <= set(values)
