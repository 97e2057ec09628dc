"""The convolution page without a browser: controls, links, what does not fit, prompts, and what the stage is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from core.paths import PROJECT
from core.signal.settings import Convolution
from dashboard.components.packed import unpack
from dashboard.learn import inputs, kernel_choice, scene, views
from dashboard.learn.place import Place, read_place, write_place
from dashboard.learn.prompts import PROMPTS
from dashboard.views import View

SECONDS = 60
CHOICE = inputs.Choice("digit", "3", 10, 10, False, "auto")
SOBEL_X = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def opened(**link: str) -> AppTest:
    """The page, opened with these parameters of the page's in its link."""
    app = AppTest.from_file(str(PROJECT / "dashboard/app.py"), default_timeout=SECONDS)
    app.switch_page("../pages/convolution.py")
    for name, value in link.items():
        app.query_params[f"convolution_{name}"] = value
    app.run()
    assert not app.exception
    return app


def blocks(app: AppTest) -> list[tuple[dict[str, Any], dict[str, NDArray[Any]]]]:
    """What the components with packed data were given."""
    found = [element.proto for element in app.get("bidi_component")]
    return [unpack(proto.bytes) for proto in found if proto.WhichOneof("data") == "bytes"]


def stage(app: AppTest) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    (block,) = blocks(app)
    return block


def drawn(app: AppTest) -> torch.Tensor:
    """The output that the stage shows, (H', W')."""
    head, arrays = stage(app)
    shape = [len(axis["starts"]) for axis in head["axes"]]
    return torch.from_numpy(arrays["output"].copy()).reshape(shape)


def picture(app: AppTest) -> torch.Tensor:
    """The input that the stage shows, (1, C, H, W)."""
    head, arrays = stage(app)
    return torch.from_numpy(arrays["input"].copy()).reshape(1, *head["shape"])


def faults(app: AppTest) -> list[str]:
    return [error.value.replace("\\", "") for error in app.error]


def test_the_first_view_is_a_digit_with_sobel_x() -> None:
    app = opened()
    head, _ = stage(app)
    assert head["titles"] == ["input 1×10×10, padding 1", "Sobel x 3×3", "output 1×10×10"]
    program = head["footer"].pop("program")
    assert head["footer"] == {
        "code": 'F.conv2d(x, w, padding="same")',
        "checked": True,
        "formula": "size 10 + 2·⌊3/2⌋ − 3 + 1 = 10",
    }
    wanted = F.conv2d(picture(app), SOBEL_X[None, None], padding=1)[0, 0]
    assert torch.equal(drawn(app), wanted)
    run: dict[str, Any] = {"x": picture(app), "w": SOBEL_X[None, None]}
    exec(program, run)  # pasted as it stands
    assert torch.equal(run["y"][0, 0], wanted)
    assert (picture(app) == picture(app).round()).all()
    assert not app.error
    assert not app.warning
    assert not app.toast


LINKS: dict[str, tuple[dict[str, str], Any]] = {
    "valid": ({"mode": "valid"}, lambda x, w: F.conv2d(x, w)),
    "full": ({"mode": "full"}, lambda x, w: F.conv2d(x, w, padding=2)),
    "pad": ({"mode": "pad", "padding": "3"}, lambda x, w: F.conv2d(x, w, padding=3)),
    "border": ({"border": "circular"}, lambda x, w: F.conv2d(F.pad(x, (1, 1, 1, 1), mode="circular"), w)),
    "stride": ({"mode": "valid", "stride": "3"}, lambda x, w: F.conv2d(x, w, stride=3)),
    "dilation": ({"mode": "valid", "dilation": "4"}, lambda x, w: F.conv2d(x, w, dilation=4)),
    "transposed": (
        {"mode": "valid", "stride": "2", "transposed": "true"},
        lambda x, w: F.conv_transpose2d(x, w, stride=2),
    ),
    "formula": ({"formula": "convolution"}, lambda x, w: F.conv2d(x, w.flip(-2, -1), padding=1)),
}


@pytest.mark.parametrize(("link", "wanted"), LINKS.values(), ids=list(LINKS))
def test_every_control_stands_in_the_link(link: dict[str, str], wanted: Any) -> None:
    app = opened(**link)
    expected = wanted(picture(app), SOBEL_X[None, None])[0, 0]
    torch.testing.assert_close(drawn(app), expected, rtol=1e-5, atol=1e-4)
    for name, value in link.items():
        said = app.session_state[f"convolution_{name}"]
        assert (str(said).lower() if isinstance(said, bool) else str(said)) == value
    assert stage(app)[0]["footer"]["checked"]
    assert not app.toast


def test_groups_and_their_maps_stand_in_the_link() -> None:
    app = opened(**{"in": "Photograph", "rgb": "true", "groups": "3", "map": "2", "h": "16", "w": "20"})
    head, arrays = stage(app)
    green = torch.from_numpy(arrays["input"].copy()).reshape(1, 1, 16, 20)
    assert head["titles"][2] == "output 3×16×20, map 2"
    torch.testing.assert_close(drawn(app), F.conv2d(green, SOBEL_X[None, None], padding=1)[0, 0])
    whole = opened(**{"in": "Photograph", "rgb": "true", "h": "16", "w": "20"})
    colours = picture(whole)
    assert torch.equal(colours[:, 1:2], green)
    torch.testing.assert_close(
        drawn(whole), F.conv2d(colours, SOBEL_X.expand(1, 3, 3, 3), padding=1)[0, 0], rtol=1e-5, atol=1e-3
    )


def test_place_and_pin_stand_in_the_link() -> None:
    head, _ = stage(opened(at="2x3-pin-walk", k="own-2x2_1_2_3_4"))
    assert (head["position"], head["pinned"], head["whole"]) == (23, True, False)
    assert head["kernelShape"] == [1, 2, 2]
    for place in (Place(0, 0), Place(12, 3, pinned=True), Place(4, 511, pinned=True, whole=False)):
        assert read_place(write_place(place)) == place
    for broken in ("", "4", "4x", "x7", "4x7x1", "-1x2", "4x7-pin-pin", "4x7-x", "99999x1", "٤x7"):
        assert read_place(broken) is None


def test_a_place_outside_the_output_is_its_nearest() -> None:
    head, _ = stage(opened(at="500x2"))
    assert head["position"] == 92


@pytest.mark.parametrize("view", views.VIEWS, ids=lambda view: view.name)
def test_every_view_opens_from_its_link(view: View) -> None:
    app = opened(view=view.title)
    assert app.segmented_control(key=views.CHOOSER.key).value == view.name
    assert not app.error
    assert not app.toast


BROKEN = {
    "mode": "sideways",
    "padding": "-1",
    "border": "wrap",
    "stride": "0",
    "dilation": "1.5",
    "groups": "99",
    "map": "x",
    "transposed": "maybe",
    "formula": "both",
    "view": "Nothing",
    "predict": "2",
    "predict_what": "all",
    "at": "here",
    "in": "Hologram",
    "digit": "1797",
    "h": "2",
    "w": "513",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_link_says_wrong_is_told_and_the_usual_value_is_there(name: str) -> None:
    app = opened(**{name: BROKEN[name]})
    (toast,) = app.toast
    assert BROKEN[name] in toast.value.replace("\\", "")
    assert stage(app)[0]["titles"] == ["input 1×10×10, padding 1", "Sobel x 3×3", "output 1×10×10"]
    app.run()
    assert not app.toast


@pytest.mark.parametrize("view", views.VIEWS[:2], ids=lambda view: view.name)
@pytest.mark.parametrize("write", [str.lower, str.upper, str])
def test_a_view_is_known_by_its_name_and_its_title(view: View, write: Callable[[str], str]) -> None:
    app = opened(view=write(view.title))
    assert app.session_state[views.CHOOSER.key] == view.name
    assert any(note.value == view.caption for note in app.caption)
    assert not app.toast


def test_a_transposed_convolution_has_no_border_to_choose() -> None:
    app = opened(transposed="true", border="reflect", mode="valid")
    assert not faults(app)
    assert app.selectbox(key="convolution_border_rests").disabled
    expected = F.conv_transpose2d(picture(app), SOBEL_X[None, None])[0, 0]
    assert torch.equal(drawn(app), expected)
    app.toggle(key="convolution_transposed").set_value(False).run()
    assert app.selectbox(key="convolution_border").value == "reflect"


def test_tensorflows_word_for_same_with_a_stride_is_told() -> None:
    app = opened(stride="2", k="box-4x3")
    (note,) = [note.value for note in app.caption if "TensorFlow" in note.value]
    assert 'padding="same"' in note.replace("\\", "")


def test_a_title_in_the_link_names_the_numbers() -> None:
    app = opened(k="own-1x2_1_-1~filter 3 of brisk-otter, epoch 4")
    assert stage(app)[0]["titles"][1] == "Filter 3 of brisk-otter, epoch 4 1×2"


def test_a_broken_kernel_in_the_link_is_told() -> None:
    app = opened(k="own-2x2_1_2_3")
    assert any(note.value.startswith("The kernel in the link cannot be read") for note in app.caption)
    assert stage(app)[0]["titles"][1] == "Sobel x 3×3"


# What does not fit, and words that say why and what would mend it.
WRONG: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "kernel": ({"mode": "valid", "k": "box-11x11"}, ("11×11 kernel", "10×10 input", "smaller kernel")),
    "dilation": ({"mode": "valid", "dilation": "5"}, ("reaches over 11×11", "dilation")),
    "padded": ({"mode": "pad", "padding": "0", "dilation": "6"}, ("13×13", "more padding")),
    "groups": ({"groups": "2"}, ("2 groups do not divide", "use one of 1")),
    "reflect": ({"mode": "pad", "padding": "10", "border": "reflect"}, ("reflect border of 10", "at most 9")),
    "circular": ({"mode": "pad", "padding": "11", "border": "circular"}, ("circular border of 11", "at most 10")),
    "transposed cut": ({"transposed": "true", "mode": "pad", "padding": "16"}, ("leaves none", "smaller padding")),
}


@pytest.mark.parametrize(("link", "words"), WRONG.values(), ids=list(WRONG))
def test_a_wrong_combination_from_a_link_is_one_sentence(link: dict[str, str], words: tuple[str, ...]) -> None:
    app = opened(**link)
    (fault,) = faults(app)
    assert all(word in fault for word in words)
    assert "\n" not in fault
    assert stage(app)[0]["titles"][2] == "output 1×10×10"  # a picture is there nevertheless


def test_the_last_good_picture_stays_until_it_is_mended() -> None:
    app = opened(mode="valid")
    good = drawn(app)
    app.slider(key="convolution_dilation").set_value(5).run()
    assert len(faults(app)) == 1
    assert torch.equal(drawn(app), good)
    app.segmented_control(key="convolution_mode").set_value("same").run()
    assert not app.error
    assert drawn(app).shape == (10, 10)


def test_the_deck_shows_what_fits_and_says_what_does_not() -> None:
    app = opened(view="Deck")
    (head, _), *_ = blocks(app)
    titles = [one["titles"][1] for one in head["deck"]]
    assert titles == [
        "valid: 10 − 3 + 1 = 8",
        "same: 10 + 2·⌊3/2⌋ − 3 + 1 = 10",
        "full: 10 + 3 − 1 = 12",
        "stride 2: ⌈10/2⌉ = 5",
        "dilation 2: 10 − 2·(3 − 1) = 6",
        "transposed, stride 2: (10 − 1)·2 + 3 = 21",
    ]
    app.slider(key="convolution_deck_dilation").set_value(6).run()
    (fault,) = faults(app)
    assert fault.startswith("dilation 6: ")
    (head, _), *_ = blocks(app)
    assert len(head["deck"]) == 5


def test_the_deck_hides_the_sizes_until_they_are_guessed() -> None:
    app = opened(view="Deck", predict="true")
    (head, _), *_ = blocks(app)
    assert {one["hidden"] for one in head["deck"]} == {"size"}
    assert not any("=" in one["titles"][1] or "×" in one["titles"][2] for one in head["deck"])
    app.text_input(key="convolution_guess").set_value("20").run()
    assert any("Not quite" in text.value and "21×21" in text.value for text in app.markdown)
    (head, _), *_ = blocks(app)
    assert {one["hidden"] for one in head["deck"]} == {""}


def test_predict_first_hides_the_size_and_tells_it() -> None:
    app = opened(predict="true", mode="valid")
    head, _ = stage(app)
    assert head["hidden"] == "size"
    assert head["titles"][2] == "output"
    app.text_input(key="convolution_guess").set_value("8").run()
    assert stage(app)[0]["hidden"] == ""
    assert any("Right" in text.value and "8×8" in text.value for text in app.markdown)
    app.slider(key="convolution_stride").set_value(2).run()
    assert stage(app)[0]["hidden"] == "size"
    app.button(key="convolution_reveal").click().run()
    assert stage(app)[0]["hidden"] == ""


def test_predict_first_hides_the_next_value_and_tells_it() -> None:
    app = opened(predict="true", predict_what="Next value")
    head, arrays = stage(app)
    assert (head["hidden"], head["whole"]) == ("value", False)
    truth = float(arrays["output"][head["position"]])
    app.text_input(key="convolution_guess").set_value(str(truth)).run()
    assert any("Right" in text.value for text in app.markdown)
    head, _ = stage(app)
    assert (head["hidden"], head["whole"]) == ("", False)


def test_cells_edited_on_the_stage_become_part_of_the_kernel() -> None:
    grey, rgb = inputs.picture(CHOICE), inputs.picture(replace(CHOICE, kind="photo", which="china", colour=True))
    sobel = kernel_choice.KernelChoice(SOBEL_X.numpy(), "Sobel x")
    part = np.arange(9.0).reshape(1, 3, 3)

    def after(picture: inputs.Picture, kernel: Any, part: NDArray[np.float64], at: int = 0, groups: int = 1) -> Any:
        made = scene.make(picture, kernel, Convolution(groups=groups))
        return scene.edited(kernel.values, part, made, at)

    assert np.array_equal(after(grey, sobel, part), part[0])
    assert np.array_equal(after(rgb, sobel, part, at=1, groups=3), part[0])  # one kernel for all channels stays one
    three = np.arange(27.0).reshape(3, 3, 3)
    assert np.array_equal(after(rgb, sobel, three), three[None])
    own = kernel_choice.KernelChoice(three[None].astype(np.float32), "own")
    changed = after(rgb, own, -part, at=1, groups=3)
    assert np.array_equal(changed[0, 1], -part[0])
    assert np.array_equal(changed[0, [0, 2]], three[[0, 2]])


SHOWN = {
    "size": ("28×28", "output 1×24×24", "28 − 5 + 1 = 24"),
    "flip": ("10×10", "output 1×10×10", ""),
    "even": ("padding 1 before, 2 after", "output 1×10×10", "10 + 1 + 2 − 4 + 1 = 10"),
    "stride": ("11×11", "output 1×4×4", "⌊(11 − 2)/3⌋ + 1 = 4"),
    "checkerboard": ("6×6", "output 1×13×13", "(6 − 1)·2 + 3 = 13"),
}


@pytest.mark.parametrize("name", PROMPTS)
def test_a_prompt_sets_its_scene_and_says_what_is_to_be_seen(name: str) -> None:
    app = opened(stride="4", groups="1", border="replicate", k="box-2x2")
    app.button(key=f"convolution_try_{name}").click().run()
    head, _ = stage(app)
    start, output, formula = SHOWN[name]
    assert start in head["titles"][0]
    assert head["titles"][2] == output
    assert formula in head["footer"]["formula"]
    assert head["footer"]["checked"]
    assert not app.error
    said = PROMPTS[name].said
    assert any(note.value.replace("\\", "") == said for note in app.caption)
    app.slider(key="convolution_stride").set_value(5).run()
    assert not any(note.value.replace("\\", "") == said for note in app.caption)


def test_flipping_an_asymmetric_kernel_changes_the_answer() -> None:
    app = opened()
    before = drawn(app)
    app.button(key="convolution_try_flip").click().run()
    assert torch.equal(drawn(app), -before)  # Sobel x turned by 180 degrees is its negative
    assert before.abs().max() > 0


def test_a_stride_skips_pixels_that_never_matter() -> None:
    app = opened()
    app.button(key="convolution_try_stride").click().run()
    x = picture(app).requires_grad_()
    F.conv2d(x, torch.ones(1, 1, 2, 2), stride=3).sum().backward()
    assert x.grad is not None
    skipped = (x.grad == 0)[0, 0]
    assert skipped[2::3].all()
    assert skipped[:, 2::3].all()
    head, _ = stage(app)
    read = {start + tap for start in head["axes"][0]["starts"] for tap in range(2)}
    assert set(range(11)) - read == {2, 5, 8}


def test_an_own_picture_is_told_not_to_be_in_the_link() -> None:
    app = opened(**{"in": "Upload"})
    assert any("a link does not hold one" in note.value.replace("\\", "") for note in app.caption)
