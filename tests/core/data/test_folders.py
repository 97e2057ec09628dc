"""Folders of images by class: found by name, read by Pillow, kept inside the data folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data import folders
from core.data.catalogue import available, describe
from core.data.sources import load
from core.errors import DataError
from tests.core.data.files import write_folder, write_image


def test_reads_classes_in_order_of_their_names(data_root: Path) -> None:
    write_folder(data_root / "flowers", {"tulip": 3, "rose": 2}, test={"rose": 1, "tulip": 2})
    raw = load("folder:flowers")
    assert raw.classes == ("rose", "tulip")
    assert raw.train_y.tolist() == [0, 0, 1, 1, 1]
    assert raw.test_y.tolist() == [0, 1, 1]
    assert raw.train_files == tuple(
        f"train/{name}.png" for name in ("rose/000", "rose/001", *(f"tulip/00{i}" for i in range(3)))
    )
    for file, image in zip(raw.train_files, raw.train_x, strict=True):
        assert np.array_equal(np.asarray(Image.open(data_root / "flowers" / file)), image.transpose(1, 2, 0))
    assert raw.notes == ()


def test_an_absolute_path_is_the_same(data_root: Path) -> None:
    folder = write_folder(data_root / "flowers", {"tulip": 3, "rose": 2}, test={"rose": 1})
    assert np.array_equal(load(f"folder:{folder}").train_x, load("folder:flowers").train_x)


def test_the_entry_says_what_will_be_loaded(data_root: Path) -> None:
    write_folder(data_root / "flowers", {"tulip": 30, "rose": 20}, grey=True)
    entry, raw = describe("folder:flowers"), load("folder:flowers")
    assert entry.input_shape == raw.input_shape == (1, 4, 6)
    assert (entry.train_count, entry.test_count) == (raw.train_count, raw.test_count) == (40, 10)
    assert entry.classes == raw.classes
    assert available("folder:flowers").ready


def test_without_a_test_folder_a_fifth_is_split_off(data_root: Path) -> None:
    write_folder(data_root / "flowers", {"tulip": 30, "rose": 20})
    raw = load("folder:flowers")
    assert raw.train_counts() == (16, 24)
    assert not set(raw.train_files or ()) & set(raw.test_files or ())
    assert raw.notes == ("flowers has no test folder: 10 of its images were split off for testing.",)
    assert load("folder:flowers").test_files == raw.test_files


def test_grey_is_decided_by_content(data_root: Path) -> None:
    folder = write_folder(data_root / "flowers", {"a": 3, "b": 3}, grey=True)
    grey = np.asarray(Image.open(folder / "train" / "a" / "000.png"))
    write_image(folder / "train" / "a" / "000.png", np.stack([grey] * 3, axis=2))
    assert describe("folder:flowers").input_shape == (1, 4, 6)
    coloured = np.stack([grey, grey, 255 - grey], axis=2)
    write_image(folder / "train" / "a" / "another.png", coloured)
    raw = load("folder:flowers")
    assert raw.input_shape == (3, 4, 6)


def test_the_commonest_size_wins(data_root: Path) -> None:
    folder = write_folder(data_root / "flowers", {"a": 5, "b": 5}, test={"a": 1})
    write_image(folder / "train" / "b" / "large.png", np.full((40, 60, 3), 77, np.uint8))
    raw = load("folder:flowers")
    assert raw.input_shape == (3, 4, 6)
    assert (raw.train_x[list(raw.train_files or ()).index("train/b/large.png")] == 77).all()
    assert raw.notes == ("The images of flowers differ in size: all were brought to 6x4 pixels.",)


def test_other_image_types_turned_photographs_and_16_bits(data_root: Path) -> None:
    folder = write_folder(data_root / "mixed", {"a": 1, "b": 1}, test={"a": 1}, grey=True)
    ramp = (np.arange(24).reshape(4, 6) * 2730).astype(np.uint16)
    write_image(folder / "train" / "a" / "deep.png", ramp)
    write_image(folder / "train" / "a" / "old.bmp", np.full((4, 6), 9, np.uint8))
    write_image(folder / "train" / "a" / "webp.webp", np.full((4, 6, 3), 200, np.uint8), lossless=True)
    turned = Image.Exif()
    turned[folders.ORIENTATION] = 6
    upright = np.zeros((6, 4), np.uint8)
    upright[0] = 255
    write_image(folder / "train" / "a" / "turned.png", np.rot90(upright, 1).copy(), exif=turned)
    raw = load("folder:mixed")
    by_name = dict(zip(raw.train_files or (), raw.train_x, strict=True))
    assert np.array_equal(by_name["train/a/deep.png"][0], ramp >> 8)
    assert (by_name["train/a/old.bmp"] == 9).all()
    assert (by_name["train/a/webp.webp"] == 200).all()


def test_a_turned_photograph_stands_upright(data_root: Path) -> None:
    upright = np.zeros((6, 4), np.uint8)
    upright[0] = 255
    turned = Image.Exif()
    turned[folders.ORIENTATION] = 6  # to be turned a quarter clockwise
    for name in ("a", "b"):
        write_image(data_root / "photos" / "train" / name / "0.png", np.rot90(upright, 1).copy(), exif=turned)
    write_image(data_root / "photos" / "test" / "a" / "0.png", upright)
    raw = load("folder:photos")
    assert raw.input_shape == (1, 6, 4)
    assert np.array_equal(raw.train_x[0, 0], upright)
    assert raw.notes == ()


def test_hidden_and_other_files_are_passed_over(data_root: Path) -> None:
    folder = write_folder(data_root / "flowers", {"a": 3, "b": 3}, test={"a": 1})
    (folder / "train" / "a" / ".hidden.png").write_bytes(b"no image")
    (folder / "train" / "a" / "notes.txt").write_text("no image")
    (folder / "train" / "readme.md").write_text("no class")
    (folder / "train" / ".git").mkdir()
    raw = load("folder:flowers")
    assert raw.train_counts() == (3, 3)


def test_broken_files_are_named(data_root: Path) -> None:
    folder = write_folder(data_root / "flowers", {"a": 6, "b": 6}, test={"a": 1})
    whole = (folder / "train" / "a" / "000.png").read_bytes()
    (folder / "train" / "a" / "001.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"has 1 broken image files \(train/a/001.png\): replace or delete"):
        load("folder:flowers")
    for number in range(6):
        (folder / "train" / "b" / f"00{number}.png").write_bytes(b"")
    with pytest.raises(
        DataError, match=r"has 7 broken .*\(train/a/001.png, train/b/000.png, train/b/001.png and 4 more\)"
    ):
        load("folder:flowers")


def test_all_broken(data_root: Path) -> None:
    for name in ("a", "b"):
        path = data_root / "broken" / "train" / name / "0.jpg"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"\xff\xd8 no more")
    write_image(data_root / "broken" / "test" / "a" / "0.png", np.zeros((2, 2), np.uint8))
    (data_root / "broken" / "test" / "a" / "0.png").write_bytes(b"")
    with pytest.raises(DataError, match="none of 3 images looked at can be read"):
        describe("folder:broken")


@pytest.mark.parametrize("name", ["folder:../outside", "folder:a/../../outside", "folder:", "folder:.."])
def test_names_cannot_leave_the_data_folder(data_root: Path, name: str) -> None:
    write_folder(data_root.parent / "outside", {"a": 2, "b": 2})
    for use in (load, describe):
        with pytest.raises(DataError, match="leaves the data folder"):
            use(name)
    assert not available(name).ready


@pytest.mark.parametrize("name", ["folder:~nosuchuser/x", "folder:~nosuchuser"])
def test_a_home_that_is_not_there_is_told(name: str) -> None:
    for use in (load, describe):
        with pytest.raises(DataError, match="starts with ~nosuchuser, which is no user's home here: give an absolute"):
            use(name)
    assert "no user's home" in available(name).sentence


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's own, on damaged tags
@pytest.mark.parametrize("ending", [".png", ".jpg", ".gif", ".bmp", ".tiff", ".webp", ".avif", ".ppm"])
def test_damaged_files_of_every_format_are_named(data_root: Path, ending: str) -> None:
    if ending not in Image.registered_extensions():
        pytest.skip(f"this Pillow has no {ending}")
    folder = write_folder(data_root / "flowers", {"a": 2, "b": 2}, test={"a": 1})
    path = folder / "train" / "a" / f"damaged{ending}"
    random = np.random.default_rng(0)
    write_image(path, random.integers(0, 256, (40, 60, 3), dtype=np.uint8))
    whole = path.read_bytes()
    assert load("folder:flowers").train_counts() == (3, 2)
    for keep in (0, 1, 4, len(whole) // 4, len(whole) // 2):
        path.write_bytes(whole[:keep])
        with pytest.raises(DataError, match="has 1 broken image files"):
            load("folder:flowers")
    for _ in range(40):
        damaged = bytearray(whole)
        for at in random.integers(0, len(whole), 20):
            damaged[at] ^= int(random.integers(1, 256))
        path.write_bytes(damaged)
        told = path.name
        try:
            load("folder:flowers")
        except DataError as error:
            told = str(error)
        assert path.name in told


def test_other_formats_are_passed_over(data_root: Path) -> None:
    folder = write_folder(data_root / "flowers", {"a": 2, "b": 2}, test={"a": 1})
    write_image(folder / "train" / "a" / "icon.ico", np.zeros((16, 16, 3), np.uint8))
    assert load("folder:flowers").train_counts() == (2, 2)
    (folder / "train" / "a" / "icon.ico").rename(folder / "train" / "a" / "icon.png")
    with pytest.raises(DataError, match="has 1 broken image files"):
        load("folder:flowers")


@pytest.mark.parametrize("side", [7_072, 11_000, 60_000])
def test_very_large_pictures_are_refused_by_their_header(data_root: Path, side: int) -> None:
    folder = write_folder(data_root / "flowers", {"a": 2, "b": 2}, test={"a": 1})
    path = folder / "train" / "a" / "huge.pgm"
    path.write_bytes(b"P5 %d %d 255 " % (side, side))
    with pytest.raises(DataError, match=r"train/a/huge.pgm has more than 50 million pixels.*make it smaller"):
        load("folder:flowers")


def test_a_missing_folder_tells_which_there_are(data_root: Path) -> None:
    write_folder(data_root / "flowers", {"a": 2, "b": 2})
    with pytest.raises(DataError, match=r"There is no folder .*flwers; folders of images in .*: folder:flowers"):
        load("folder:flwers")


def test_another_layout_is_explained(data_root: Path) -> None:
    folder = write_folder(data_root / "flowers", {"a": 2, "b": 2})
    shutil.rmtree(folder / "train" / "b")
    with pytest.raises(DataError, match="has 1 class folders where two are needed: use ROOT/train/CLASS"):
        load("folder:flowers")
    (folder / "train" / "b").mkdir()
    for path in (folder / "train" / "a").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="no image that can be read"):
        load("folder:flowers")
    (folder / "train").rename(folder / "training")
    with pytest.raises(DataError, match="has no folder train: images must lie as ROOT/train/CLASS"):
        load("folder:flowers")
    assert "has no folder train" in available("folder:flowers").sentence


def test_one_image_a_class_cannot_be_split(data_root: Path) -> None:
    write_folder(data_root / "tiny", {"a": 1, "b": 1})
    with pytest.raises(DataError, match="too few images to split a test part off"):
        load("folder:tiny")


def test_a_class_may_lack_training_images(data_root: Path) -> None:
    write_folder(data_root / "flowers", {"a": 2, "b": 2, "c": 0}, test={"a": 1, "b": 1, "c": 1})
    raw = load("folder:flowers")
    assert raw.train_counts() == (2, 2, 0)
    assert raw.test_y.tolist() == [0, 1, 2]


def test_too_large_images_are_made_smaller(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_BYTES", 6 * 3 * 10 * 10)
    for number in range(6):
        part, name = ("test", "a") if number == 5 else ("train", "ab"[number % 2])
        write_image(data_root / "big" / part / name / f"{number}.jpg", np.full((40, 40, 3), (250, 20, 20), np.uint8))
    raw = load("folder:big")
    assert raw.input_shape == describe("folder:big").input_shape == (3, 10, 10)
    assert np.abs(raw.train_x.mean(axis=(0, 2, 3)) - [250, 20, 20]).max() < 6
    assert raw.notes == ("The images of big were brought to 10x10 pixels to fit into memory.",)


def test_progress_is_told(data_root: Path) -> None:
    write_folder(data_root / "flowers", {"a": 3, "b": 3}, test={"a": 1})
    told: list[tuple[float, str]] = []
    load("folder:flowers", lambda share, text: told.append((share, text)))
    assert told == [(0.0, "Reading images, 0 of 7")]
