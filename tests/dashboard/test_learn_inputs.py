"""The choosers of input and kernel, run by Streamlit's own test client."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.network.build import build
from core.network.presets import PRESETS
from core.runs.folder import Run
from core.signal import pictures
from core.signal.kernels import KERNELS
from core.training import checkpoints
from dashboard.components import pad
from dashboard.learn import capture, inputs, kernel_link, trained
from tests.dashboard.test_pages import make_run


def script() -> None:
    """Both choosers, and what came of them; a kernel may be asked for as the stage does."""
    import streamlit as st

    from dashboard.learn import inputs, kernel_choice

    asked = st.session_state.pop("asked", None)
    if asked:
        kernel_choice.set_values("x", *asked)
    picture = inputs.choose("x")
    st.session_state.picture = picture
    st.session_state.kernel = kernel_choice.kernel("x", len(picture.values))


def opened(**query: str) -> AppTest:
    app = AppTest.from_function(script, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    return done(app)


def done(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception
    return app


def picture(app: AppTest) -> Any:
    return app.session_state["picture"]


def kernel(app: AppTest) -> Any:
    return app.session_state["kernel"]


def link(app: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in app.query_params.items()}


def shown(found: Any) -> tuple[Any, ...]:
    return found.title, found.values.tolist(), found.top, found.colours, found.own, found.note


def test_at_first_a_readable_digit_and_sobel() -> None:
    app = opened()
    assert picture(app).title == "digit 3, 10×10"
    assert picture(app).values.shape == (1, 10, 10)
    assert picture(app).values.dtype == np.float32
    assert set(picture(app).values.flat) <= set(range(10))
    assert not picture(app).own
    np.testing.assert_array_equal(kernel(app).values, KERNELS["sobel-x"].values(3, 3))
    assert link(app) == {}


def test_eight_by_eight_is_scikit_learns_own() -> None:
    app = opened(x_h="8", x_w="8", x_digit="1796")
    assert picture(app).top == 16
    np.testing.assert_array_equal(picture(app).values, pictures.digit(1796) * 16)


def test_what_is_chosen_comes_back_from_its_link() -> None:
    app = opened()
    app.segmented_control(key="x_in").set_value("photo")
    done(app)
    app.segmented_control(key="x_photo").set_value("flower")
    app.toggle(key="x_rgb").set_value(True)
    app.number_input(key="x_h").set_value(40)
    app.number_input(key="x_w").set_value(64)
    app.selectbox(key="x_lv").set_value("0-9")
    app.selectbox(key="x_kernel_name").set_value("random")
    done(app)
    app.number_input(key="x_kernel_seed").set_value(12)
    app.number_input(key="x_kernel_width").set_value(5)
    done(app)
    assert picture(app).values.shape == (3, 40, 64)
    assert picture(app).colours == "rgb"
    assert picture(app).top == 9
    assert link(app)["x_k"] == "random-3x5-12"
    bound = {"x_in": "Photograph", "x_photo": "flower", "x_rgb": "true", "x_h": "40", "x_w": "64", "x_lv": "0 to 9"}
    again = opened(**bound, **link(app))  # the bound ones are written by the browser
    assert shown(picture(again)) == shown(picture(app))
    np.testing.assert_array_equal(kernel(again).values, kernel(app).values)
    assert kernel(again).title == "Random"


@pytest.mark.parametrize("side", [3, 512])
@pytest.mark.parametrize(("kind", "which"), [("digit", "3"), ("pattern", "ring"), ("photo", "china")])
def test_all_sizes(kind: str, which: str, side: int) -> None:
    found = inputs.picture(inputs.Choice(kind, which, side, side, False, "auto"))
    assert found.values.shape == (1, side, side)
    assert 0 <= found.values.min() < found.values.max() <= found.top
    assert not found.values.flags.writeable


def test_wrong_values_in_the_link_leave_the_defaults() -> None:
    app = opened(x_h="2", x_w="513", x_in="Cat", x_digit="1797", x_lv="0-7", x_pattern="spiral")
    assert picture(app).title == "digit 3, 10×10"
    assert picture(opened(x_h="x", x_w="")).title == "digit 3, 10×10"


def test_one_choice_makes_both_sides() -> None:
    app = opened()
    app.selectbox(key="x_side").set_value(28)
    assert picture(done(app)).values.shape == (1, 28, 28)
    app.number_input(key="x_w").set_value(20)
    done(app)
    assert app.selectbox(key="x_side").value is None


def test_a_link_to_an_own_picture_says_that_it_is_not_here() -> None:
    for kind in ("Draw", "Upload", "Camera"):
        found = picture(opened(x_in=kind))
        assert found.note
        assert not found.own
        assert found.title == "digit 3, 10×10"


def png(pixels: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def test_an_upload_is_shown_with_its_own_numbers_and_never_in_the_link() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 9))
    app = opened(x_in="Upload")
    app.file_uploader(key="x_upload").set_value(("my_cells.png", png(pixels), "image/png"))
    done(app)
    assert picture(app).title == "my_cells.png, 6×9"
    assert picture(app).own
    assert picture(app).note is None
    np.testing.assert_array_equal(picture(app).values[0], pixels)
    assert set(link(app)) <= {"x_in", "x_h", "x_w"}
    app.file_uploader(key="x_upload").set_value(("notes.png", b"nothing", "image/png"))
    done(app)
    assert "notes.png is not a picture" in app.error[0].value
    np.testing.assert_array_equal(picture(app).values[0], pixels)


def test_what_the_pad_sent_is_read_or_counts_as_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = np.arange(12, dtype=np.uint8).reshape(3, 4)
    text = base64.b64encode(cells.tobytes()).decode()
    good = {"sequence": 1, "rows": 3, "columns": 4, "pixels": text}
    state: dict[str, Any] = {"pad": {"drawing": good}}
    monkeypatch.setattr(pad.st, "session_state", state)
    np.testing.assert_array_equal(pad.drawn("pad"), cells)
    wrong = [{"rows": 4}, {"columns": -4}, {"rows": 10**9}, {"pixels": "?"}, {"pixels": None}, {"pixels": text[:-4]}]
    for change in wrong:
        state["pad"] = {"drawing": {**good, **change}}
        assert pad.drawn("pad") is None
    for nothing in (None, {}, {"drawing": None}, {"drawing": "x"}):
        state["pad"] = nothing
        assert pad.drawn("pad") is None


@pytest.mark.parametrize("text", ["own-3x3_1_2", "cat-3x3", "own-1x1_1e99", "sharpen-1x1"])
def test_a_broken_kernel_in_the_link_is_told(text: str) -> None:
    app = opened(x_k=text)
    assert kernel(app).title == "Sobel x"
    assert "kernel in the link" in kernel(app).note or "Sharpen has sizes" in kernel(app).note
    assert link(app) == {}
    app.selectbox(key="x_kernel_name").set_value("box")
    assert kernel(done(app)).note is None


def test_buttons_change_the_present_numbers_and_there_is_a_way_back() -> None:
    app = opened()
    app.button(key="x_kernel_rotate").click()
    done(app)
    sobel = KERNELS["sobel-x"].values(3, 3)
    np.testing.assert_array_equal(kernel(app).values, np.rot90(sobel, 3))
    assert kernel(app).title == "Sobel x, rotated"
    app.button(key="x_kernel_negate").click()
    done(app)
    np.testing.assert_array_equal(kernel(app).values, -np.rot90(sobel, 3))
    assert kernel(opened(**link(app))).values.tolist() == kernel(app).values.tolist()
    app.number_input(key="x_kernel_height").set_value(5)
    done(app)
    np.testing.assert_array_equal(kernel(app).values[1:4], -np.rot90(sobel, 3))
    app.button(key="x_kernel_back").click()
    done(app)
    np.testing.assert_array_equal(kernel(app).values, sobel)
    assert link(app) == {}


def test_own_numbers_go_into_the_link_when_the_hand_lets_go() -> None:
    app = opened()
    own = np.array([[1.5, -2], [0, 0.1]], np.float32)
    app.session_state["asked"] = (own, "own", False)
    done(app)
    np.testing.assert_array_equal(kernel(app).values, own)
    assert link(app) == {}
    app.session_state["asked"] = (own, "own", True)
    done(app)
    assert link(app) == {"x_k": "own-2x2_1.5_-2_0_0.1"}
    assert app.selectbox(key="x_kernel_name").value == kernel_link.OWN
    app.selectbox(key="x_kernel_name").set_value("laplacian")
    done(app)
    assert kernel(app).values.shape == (3, 3)
    assert kernel(app).title == "Laplacian"


@pytest.fixture
def run() -> Run:
    """A finished run with weights of its third epoch."""
    made = make_run("digits-small", "started", "finished")
    made.write_summary(epochs_done=3, best_epoch=3, state="finished")
    network = build(PRESETS["digits-small"].network, seed=4)
    checkpoints.save_weights(made.path, "best", network, epoch=3)
    return made


def test_filters_are_the_networks_first_layer(run: Run) -> None:
    assert list(trained.runs()) == [run.id]
    found = trained.filters(run.id)
    weights = checkpoints.load_weights(run.path).get_submodule("0_convolution").weight
    np.testing.assert_array_equal(found.values, weights.detach().numpy())
    assert found.source == f"{run.name}, epoch 3"


def test_a_filter_becomes_the_kernel(run: Run) -> None:
    app = opened()
    app.session_state["asked"] = (trained.filters(run.id).values[2, 0], "filter 2 of otter, epoch 3")
    done(app)
    weights = checkpoints.load_weights(run.path).get_submodule("0_convolution").weight
    np.testing.assert_array_equal(kernel(app).values, weights[2, 0].detach().numpy())
    assert kernel(app).title == "filter 2 of otter, epoch 3"
    assert kernel(opened(**link(app))).values.tolist() == kernel(app).values.tolist()


def test_a_colour_filter_on_a_grey_input_is_its_sum_over_channels() -> None:
    filters = np.random.default_rng(0).normal(size=(1, 3, 3, 3)).astype(np.float32)
    app = opened(x_in="Photograph")
    app.session_state["asked"] = (filters, "filter 0 of otter")
    done(app)
    grey = torch.rand(1, 1, 8, 8)
    wanted = torch.nn.functional.conv2d(grey.expand(1, 3, 8, 8), torch.from_numpy(filters))
    got = torch.nn.functional.conv2d(grey, torch.from_numpy(kernel(app).values)[None, None])
    torch.testing.assert_close(got, wanted, atol=1e-5, rtol=1e-5)
    assert "summed" in kernel(app).title
    app.toggle(key="x_rgb").set_value(True)
    done(app)
    np.testing.assert_array_equal(kernel(app).values, filters)


@pytest.mark.parametrize(
    ("address", "secure"),
    [
        ("http://localhost:8501/convolution", True),
        ("http://127.0.0.1:8501", True),
        ("http://[::1]:8501", True),
        ("https://lecture.example.org", True),
        ("http://192.168.0.7:8501/", False),
        ("http://lecture.example.org", False),
        ("", True),
    ],
)
def test_cameras_want_a_secure_address(address: str, secure: bool) -> None:
    sentence = capture.reason(address, "camera")
    assert (sentence is None) == secure
    if sentence:
        assert "https" in sentence
        assert address.split("/")[2] in sentence
