"""FER2013's table: parsed exactly, copies on one side, damage told by row."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import fer
from core.data.fer import parse_numbers
from core.data.prepare import prepare
from core.data.sources import load
from core.errors import DataError
from core.runs.spec import TrainSpec
from tests.core.data.files import fer_row, fer_table

RANDOM = np.random.default_rng(0)
FACES = RANDOM.integers(0, 256, (60, 48, 48))


def table(usage_of_last: str = "PublicTest") -> bytes:
    """40 faces to train and 20 to test; faces 0 to 4 come again in test, face 5 twice in training."""
    rows = [fer_row(i % 7, FACES[i], "Training") for i in range(40)] + [fer_row(3, FACES[5], "Training")]
    rows += [fer_row(i % 7, FACES[i], "PrivateTest" if i % 2 else usage_of_last) for i in range(40, 60)]
    rows += [fer_row(i % 7, FACES[i], "PublicTest") for i in range(5)]
    return fer_table(rows)


@given(st.lists(st.integers(0, 999), min_size=1, max_size=60), st.sampled_from([b" ", b"  ", b'" "', b"\t"]))
def test_numbers(values: list[int], between: bytes) -> None:
    text = between.join(str(value).encode() for value in values)
    assert parse_numbers(text).tolist() == values


def test_longer_numbers_are_marked() -> None:
    assert parse_numbers(b"12 1234 007 99999").tolist() == [12, -1, 7, -1]
    assert parse_numbers(b"").tolist() == []


@pytest.mark.parametrize("place", ["fer2013.csv", "fer2013.csv.gz", "FER2013/fer2013.csv", "FER2013/fer2013.csv.gz"])
def test_reads_it_wherever_it_may_lie(data_root: Path, place: str) -> None:
    path = data_root / place
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(table()) if path.suffix == ".gz" else table())
    raw = load("fer2013")
    assert np.array_equal(raw.train_x[:40, 0], FACES[:40])
    assert np.array_equal(raw.test_x[:, 0], FACES[40:])
    assert raw.train_y[:40].tolist() == [i % 7 for i in range(40)]


def test_copies_are_on_one_side(data_root: Path) -> None:
    (data_root / "fer2013.csv").write_bytes(table())
    raw = load("fer2013")
    train, test = ({image.tobytes() for image in part} for part in (raw.train_x, raw.test_x))
    assert not train & test
    assert (raw.train_count, raw.test_count) == (46, 20)
    assert raw.notes == ("5 test pictures are exact copies of training pictures and were moved to the training side.",)
    for seed in range(20):
        prepared = prepare(raw, TrainSpec(seed=seed, validation=0.5), (1, 48, 48))
        fitted, held = ({bytes(x.numpy()) for x in part.x} for part in (prepared.train, prepared.validation))
        assert not fitted & held
        assert len(prepared.train) + len(prepared.validation) == 46


def test_columns_in_any_order_with_quotes_and_blank_lines(data_root: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["Usage", "emotion", "pixels"])
    for i in range(10):
        writer.writerow(["Training" if i < 6 else "PublicTest", i % 7, " ".join(map(str, FACES[i].ravel()))])
    (data_root / "fer2013.csv").write_text("\ufeff" + text.getvalue() + "\n\n", encoding="utf-8", newline="")
    raw = load("fer2013")
    assert np.array_equal(raw.train_x[:, 0], FACES[:6])
    assert raw.test_y.tolist() == [6, 0, 1, 2]


PIXELS = FACES[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n1,2\n", "does not start with the columns emotion, pixels and Usage"),
        (fer_table([]), "has no faces"),
        (b"", "does not start with the columns"),
        (fer_table([fer_row(1, PIXELS, "Training"), fer_row(7, PIXELS, "Training")]), "row 3 is not an emotion 0 to 6"),
        (fer_table([fer_row(1, PIXELS, "Test")]), "row 2 is not an emotion"),
        (fer_table([fer_row(1, PIXELS[:40], "Training")]), "row 2 does not have 2,304 pixels"),
        (fer_table([fer_row(1, PIXELS, "Training"), fer_row(1, PIXELS[:40], "Training")]), "row 3 does not have 2,304"),
        (fer_table([fer_row(1, PIXELS + 200, "Training")]), "2,304 pixels of 0 to 255"),
        (fer_table([fer_row(1, PIXELS - 1000, "Training")]), "2,304 pixels of 0 to 255"),
        (table()[:-5000], "is not an emotion 0 to 6"),
        (fer_table([fer_row(1, PIXELS, "Training")]), "no faces left for testing"),
        (fer_table([fer_row(1, PIXELS, "PublicTest")]), "no faces left for training"),
    ],
)
def test_a_damaged_table_gets_one_sentence(data_root: Path, data: bytes, words: str) -> None:
    (data_root / "fer2013.csv").write_bytes(data)
    with pytest.raises(DataError, match=words) as caught:
        load("fer2013")
    assert str(data_root / "fer2013.csv") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("start", [b"", fer_table([fer_row(1, PIXELS, "Training")])])
def test_no_more_of_a_line_is_read_than_there_should_be(data_root: Path, start: bytes) -> None:
    with gzip.open(data_root / "fer2013.csv.gz", "wb", 1) as file:
        file.write(start)
        for _ in range(200):
            file.write(bytes(2**20))
    tracemalloc.start()
    expected = r"larger than it should be \(row 3 has more than 18,432 bytes\)" if start else "does not start with"
    with pytest.raises(DataError, match=expected):
        load("fer2013")
    assert tracemalloc.get_traced_memory()[1] < 50e6
    tracemalloc.stop()


def test_more_faces_than_the_original_has_are_refused(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data_root / "fer2013.csv").write_bytes(table())
    monkeypatch.setattr(fer, "ROWS", 66)
    assert load("fer2013").train_count == 46
    monkeypatch.setattr(fer, "ROWS", 65)
    with pytest.raises(DataError, match=r"larger than it should be \(more than 65 faces\)"):
        load("fer2013")


@pytest.mark.parametrize("keep", [10, 2000])
def test_a_cut_gz_gets_one_sentence(data_root: Path, keep: int) -> None:
    (data_root / "fer2013.csv.gz").write_bytes(gzip.compress(table())[:keep])
    with pytest.raises(DataError, match="cut off or damaged"):
        load("fer2013")


def test_progress_is_told(data_root: Path) -> None:
    (data_root / "fer2013.csv").write_bytes(table())
    told: list[tuple[float, str]] = []
    load("fer2013", lambda share, text: told.append((share, text)))
    assert told[-1][1] == "Reading FER2013, 66 faces"
    assert 0 < told[-1][0] < 1
