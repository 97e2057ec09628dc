"""What Evaluate hands out and draws: files that are read again, and data for the browser."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from core.data.raw import RawData
from core.errors import DataError
from core.evaluation.confusion import Confusion
from core.evaluation.result import Result
from core.network.presets import PRESETS
from core.runs import events, folder
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from dashboard import parts
from dashboard.components import class_table, confusion, gallery
from dashboard.components.confusion import Cell
from dashboard.components.packed import unpack
from dashboard.judge import downloads, matrix_view, report_figures, samples
from dashboard.judge.report import report
from dashboard.judge.samples import describer, show_samples
from dashboard.judge.views import Judged
from dashboard.lens import looking

NAMES = ("<script>alert(1)</script>", "=1+1", "owl & co")


def result(run_id: str = "1", **more: Any) -> Result:
    """Three classes, six samples: one of them without an answer."""
    values = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.05, 0.9, 0.05], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]
    usual: dict[str, Any] = {
        "run_name": "my <b>run</b>",
        "split": "test",
        "dataset": "digits",
        "seed": 0,
        "classes": NAMES,
        "labels": np.array([0, 0, 1, 1, 2, 2]),
        "probabilities": np.array([*values, [np.nan] * 3], dtype=np.float32),
        "index": np.array([5, 4, 3, 2, 1, 0]),
        "loss": 0.25,
        "weights": "best",
        "epoch": 3,
    }
    return Result(run_id=run_id, **{**usual, **more})


def raw(**more: Any) -> RawData:
    images = np.arange(6 * 16, dtype=np.uint8).reshape(6, 1, 4, 4)
    labels = np.array([2, 2, 1, 1, 0, 0])
    usual: dict[str, Any] = {
        "train_x": images,
        "train_y": labels,
        "test_x": images,
        "test_y": labels,
        "classes": NAMES,
        "value_range": (0.0, 255.0),
        "title": "Six pictures",
        "test_files": tuple(f"{NAMES[label]}/{at}.png" for at, label in enumerate(labels)),
    }
    return RawData(**{**usual, **more})


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> RawData:
    """A data set that is there."""
    found = raw()
    monkeypatch.setattr(looking, "raw", lambda dataset: found)
    return found


def test_the_csv_says_what_the_result_says() -> None:
    found = result()
    text = downloads.predictions(found, raw().test_files).decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(text))
    assert head == ["index", "file", "true label", "answer", "confidence", *(f"p({name})" for name in NAMES)]
    assert [int(line[0]) for line in lines] == found.index.tolist()
    assert lines[0][1] == f"{NAMES[0]}/5.png"
    assert [line[2].removeprefix("'") for line in lines] == [NAMES[label] for label in found.labels]
    assert [line[3].removeprefix("'") for line in lines] == [NAMES[at] if at >= 0 else "" for at in found.answers]
    assert lines[-1][4:] == [""] * 4
    np.testing.assert_allclose(np.array(lines[:-1])[:, 5:].astype(float), found.probabilities[:-1], rtol=1e-5)


def test_no_cell_of_the_csv_is_a_formula() -> None:
    lines = list(csv.reader(io.StringIO(downloads.predictions(result()).decode("utf-8-sig"))))
    assert not any(cell.startswith(("=", "+", "@")) for line in lines for cell in line)


class Reader(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in ("src", "href")]
        self.links += [name for name, _ in attributes if name.startswith("on")]
        if tag not in ("meta", "br", "img", "line", "rect", "polyline"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str) -> Reader:
    found = Reader()
    found.feed(text)
    assert found.open == []
    return found


@pytest.fixture
def run() -> folder.Run:
    made = folder.create(
        RunSpec(network=PRESETS["digits-small"].network, train=recipe("digits-small")), "my <b>run</b>"
    )
    for epoch, loss in ((1, 2.0), (2, 1.0), (3, float("nan"))):
        events.append(made.path, "epoch", epoch=epoch, train_loss=loss, validation_loss=loss, train_accuracy=0.5)
    return made


def test_the_report_holds_everything_and_loads_nothing(run: folder.Run, here: RawData) -> None:
    text = report(Judged(result(run.id)))
    found = read(text)
    assert "script" not in found.tags
    assert all(link.startswith("data:image/png;base64,") for link in found.links)
    assert found.tags.count("img") == 4  # two mistakes, in both galleries
    assert "default-src 'none'" in text
    assert "my <b>run</b>" in found.text
    for words in ("Loss by epoch", "Confusion matrix", "0.250", "50.00 %", "1: the network diverged", *NAMES):
        assert words in found.text
    assert not re.search(r"https?://(?!www\.w3\.org)", text)


def test_a_report_without_the_data_set_says_its_mistakes_in_words(
    run: folder.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(dataset: str) -> RawData:
        raise DataError("It is not here.")

    monkeypatch.setattr(looking, "raw", gone)
    found = read(report(Judged(result(run.id))))
    assert "img" not in found.tags
    assert "80.0 %" in found.text


def test_a_report_of_a_run_that_diverged_says_what_can_be_said(run: folder.Run, here: RawData) -> None:
    nothing = result(run.id, probabilities=np.full((6, 3), np.nan, np.float32), loss=None)
    found = read(report(Judged(nothing)))
    assert "6: the network diverged" in found.text
    assert nothing.roc.curves[0].reason
    assert nothing.roc.curves[0].reason in found.text


def test_the_report_of_very_many_classes_is_still_small(run: folder.Run, here: RawData) -> None:
    random = np.random.default_rng(0)
    values = random.dirichlet(np.ones(100), 3000).astype(np.float32)
    labels = random.integers(0, 100, 3000)
    many = result(
        run.id,
        classes=tuple(f"class {at}" for at in range(100)),
        labels=labels,
        probabilities=values,
        dataset="x",
        index=np.arange(3000) % 6,
    )
    assert len(report(Judged(many))) < 3_000_000


def test_the_points_of_a_chart_are_where_their_values_are() -> None:
    text = report_figures.line_chart("t", "x", "y", [report_figures.Line("a", [0, 1, 2], [0.0, 5.0, 10.0], "#000")])
    (points,) = re.findall(r'<polyline points="([^"]*)"', text)
    places = np.array([[float(value) for value in pair.split(",")] for pair in points.split()])
    assert places[:, 0].tolist() == sorted(places[:, 0])
    assert places[1] == pytest.approx(places[[0, 2]].mean(axis=0), abs=0.1)
    assert places[0, 1] > places[2, 1]  # SVG counts downwards
    ticks = [float(value) for value in re.findall(r">([\d.]+)</text>", text)]
    assert {0.0, 10.0} <= set(ticks)


def test_a_tick_of_epochs_is_a_whole_number() -> None:
    text = report_figures.line_chart("t", "epoch", "y", [report_figures.Line("a", [1, 2], [1.0, 2.0], "#000")])
    across = re.findall(r'text-anchor="middle">([\d.]+)</text>', text)
    assert across == ["1", "2"]


def test_a_card_says_all_of_a_sample(here: RawData) -> None:
    card = describer(result(), here)(1)
    assert (card.head, card.note, card.right) == (f"{NAMES[0]} → {NAMES[1]}", "80.0 %", False)
    assert f"test image 4 ({NAMES[0]}/4.png): truly {NAMES[0]}, called {NAMES[1]} with 80.0 %" in card.words


@pytest.mark.parametrize(
    ("truth", "answer", "cell"),
    [
        (1, 2, Cell(1, 2)),
        (None, 0, Cell(None, 0)),
        (2, None, Cell(2, None)),
        (None, None, None),
        (3, 0, None),
        (-1, 0, None),
        (True, 0, None),
        ("1", 0, None),
    ],
)
def test_a_cell_that_makes_no_sense_is_none(truth: object, answer: object, cell: Cell | None) -> None:
    assert confusion.cell_of(truth, answer, 3) == cell


def test_a_cell_in_words() -> None:
    found = result(classes=("a", "b", "c"))
    told = [matrix_view.words(found, Cell(*cell)) for cell in ((0, 1), (1, 1), (2, None), (None, 0))]
    assert told == ["Class a called b", "Class b, rightly called so", "Class c", "Called a"]


class Mounted:
    """Stands in for a component: keeps what it is given."""

    def __init__(self) -> None:
        self.data: list[bytes] = []

    def __call__(self, *, key: str, data: bytes, **_: Any) -> None:
        self.data.append(data)


@pytest.fixture
def mounted(monkeypatch: pytest.MonkeyPatch) -> Mounted:
    stand_in = Mounted()
    for module in (gallery, confusion, class_table):
        monkeypatch.setattr(module, "component", lambda name: stand_in)
    return stand_in


def test_a_gallery_sends_what_the_browser_lacks(mounted: Mounted, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(gallery.st, "session_state", asked)

    def page(some: slice) -> gallery.Pictures:
        places = range(*some.indices(60))
        cards = [gallery.Card(at, str(at), "", "") for at in places]
        return gallery.Pictures(cards, np.full((len(cards), 1, 2, 2), 7, np.uint8))

    for first in (0, 24, 48, 999):
        asked["g"] = {"asks": {"name": "this", "first": first}}
        gallery.gallery("g", "this", 60, page)
        head, arrays = unpack(mounted.data[-1])
        start = min(first, 59)
        assert [card[0] for card in head["cards"]] == list(range(start, min(60, start + gallery.PAGE)))
        assert arrays["images"].size == 4 * len(head["cards"])
    asked["g"] = {"asks": {"name": "another", "first": 24}}
    gallery.gallery("g", "this", 60, page)
    assert unpack(mounted.data[-1])[0]["first"] == 0


def test_the_matrix_is_sent_as_it_is(mounted: Mounted) -> None:
    counts = np.array([[3, 1], [0, 2]])
    confusion.confusion_matrix(Confusion(counts, ("a", "b")), "images", "m", order=[1, 0], chosen=Cell(0, 1))
    head, arrays = unpack(mounted.data[-1])
    assert arrays["counts"].tolist() == [3, 1, 0, 2]
    assert (head["order"], head["chosen"], head["clickable"]) == ([1, 0], [0, 1], False)


def test_the_table_has_every_figure_with_its_interval(mounted: Mounted) -> None:
    found = result(classes=("a", "b", "c"))
    class_table.class_table(found.per_class, "t", "10rem", lambda: None)
    head, _ = unpack(mounted.data[-1])
    names = [name for name, _, _ in head["columns"]]
    value, low, high, formula = head["rows"][0][2][names.index("recall")]
    assert (value, formula) == (0.5, "TP / (TP + FN) = 1 / (1 + 1) = 0.500")
    assert low < 0.1 < 0.9 < high  # two samples: nearly everything is possible
    assert head["low"] <= low


def test_points_say_where_they_lie_and_lead_nowhere(mounted: Mounted, monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.array([[0.0, 1.5], [2.0, 3.0]], np.float32)
    labels = np.array([0, 1])
    plane = raw(train_x=points, train_y=labels, test_x=points, test_y=labels, test_files=None)
    monkeypatch.setattr(looking, "raw", lambda dataset: plane)
    monkeypatch.setattr(samples.st, "fragment", lambda function: function)
    found = result(
        labels=labels, index=np.arange(2), probabilities=np.array([[0.9, 0.1, 0], [0.6, 0.4, 0]], np.float32)
    )
    show_samples(found, np.array([1, 0]), "g", height="10rem")
    head, arrays = unpack(mounted.data[-1])
    assert head["opens"] == ""
    assert [card[2] for card in head["cards"]] == ["60.0 % · (2.00, 3.00)", "90.0 % · (0.00, 1.50)"]
    assert arrays["points"].tolist() == [2.0, 3.0, 0.0, 1.5]
    assert arrays["ground"].tolist() == points.ravel().tolist()


def test_another_data_set_of_the_same_name_is_told(mounted: Mounted, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(looking, "raw", lambda dataset: raw(test_y=np.zeros(6, np.int64)))
    monkeypatch.setattr(parts, "show_error", lambda error: said.append(str(error)))
    show_samples(result(), np.array([1, 0]), "g", height="10rem")
    assert said == ["Six pictures has other samples now than when my <b>run</b> was trained: train it again."]
    assert mounted.data == []
