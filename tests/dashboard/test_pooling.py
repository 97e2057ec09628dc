"""The pooling page by the test client: views, links, wrong combinations, and what the components are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.paths import PROJECT
from dashboard.components.packed import unpack
from dashboard.learn import pooling_backward, pooling_scene
from dashboard.learn import pooling_state as page
from dashboard.learn.place import Place, read_place


def opened(**link: str) -> AppTest:
    test = AppTest.from_file(str(PROJECT / "pages" / "pooling.py"), default_timeout=60)
    for name, text in link.items():
        test.query_params[page.key(name)] = text
    return test.run()


def block(test: AppTest) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Head and arrays of the largest component on the page: the picture."""
    assert not test.exception
    found = max((part.proto.bytes for part in test.get("bidi_component")), key=len)
    return unpack(found)


def linked(test: AppTest, name: str) -> str:
    """What the address says."""
    said = test.query_params[page.key(name)]
    return said if isinstance(said, str) else said[0]


def errors(test: AppTest) -> list[str]:
    return [error.value for error in test.error]


def test_the_stage_shows_what_torch_pools() -> None:
    head, arrays = block(opened())
    x = torch.tensor(arrays["input"].copy()).reshape(1, 10, 10)
    wanted, index = torch.nn.functional.max_pool2d(x, 2, return_indices=True)
    np.testing.assert_array_equal(arrays["output"], wanted.flatten())
    np.testing.assert_array_equal(arrays["winners"], index.flatten())
    assert head["footer"]["code"] == "F.max_pool2d(x, 2)"
    assert head["footer"]["checked"] is True
    assert head["footer"]["formula"].endswith("= 5")


@pytest.mark.parametrize("kind", page.TITLES)
def test_every_kind_equals_its_line(kind: str) -> None:
    head, _ = block(opened(kind=kind, size="3", stride="2", padding="1", ceil="true", h="11", w="8"))
    assert head["footer"]["checked"] is True


def test_a_link_sets_the_whole_stage() -> None:
    test = opened(kind="average", size="3", stride="1", padding="1", padded="false", at="2x3-pin", h="6", w="9")
    head, arrays = block(test)
    assert head["operation"] == "average"
    assert head["countPadding"] is False
    assert (head["position"], head["pinned"]) == (2 * 9 + 3, True)
    assert arrays["output"].size == 54
    assert linked(test, "at") == "2x3-pin"


def test_what_a_link_cannot_say_is_told() -> None:
    test = opened(size="99", kind="median", at="here", cell="x", by="9", moved_digit="-1", lv="much")
    (told,) = [toast.value for toast in test.toast]
    assert "The cell of the chain in the link is 'x'" in told
    assert "Shift in the link is '9', and can be 0 to 8" in told
    assert "Digit in the link is '-1'" in told
    assert "Values in the link is 'much'" in told
    assert "Size in the link is '99', and can be 1 to 8" in told
    assert "median" in told
    assert "1x2" in told
    assert block(test)[0]["footer"]["checked"] is True


@pytest.mark.parametrize("view", ["Stage", "Backward"])
def test_a_wrong_combination_is_told_and_the_picture_stays(view: str) -> None:
    test = opened(view=view)
    before = block(test)[1]["output"]
    test.slider(key="pooling_padding").set_value(3).run()
    (told,) = errors(test)
    assert "more than half" in told
    assert np.array_equal(block(test)[1]["output"], before)
    test.slider(key="pooling_padding").set_value(1).run()
    assert errors(test) == []


def test_predict_first_hides_the_size() -> None:
    head, _ = block(opened(predict="true"))
    assert head["hidden"] == "size"
    assert "5×5" not in head["titles"][2]


def test_colour_is_pooled_channel_by_channel() -> None:
    test = opened(**{"in": "Photograph", "rgb": "true", "channel": "2", "kind": "average"})
    head, arrays = block(test)
    assert "channel 2 of 3" in head["titles"][0]
    x = torch.tensor(arrays["input"].copy()).reshape(1, 10, 10)
    np.testing.assert_allclose(arrays["output"], torch.nn.functional.avg_pool2d(x, 2).flatten(), rtol=1e-5)


def test_the_shift_lab_gives_all_maps_and_its_sentences() -> None:
    head, arrays = block(opened(view="Shift lab", by="4"))
    assert head["shift"] == 4
    assert [map["size"] for map in head["maps"]] == [[44, 44], [22, 22], [11, 11], [22, 22], [11, 11]]
    for at, map in enumerate(head["maps"]):
        maps = arrays[f"map{at}"].reshape(9, -1).astype(np.float64)
        wanted = np.linalg.norm(maps - maps[0], axis=1) / np.linalg.norm(maps[0])
        np.testing.assert_allclose(map["changes"], wanted, rtol=1e-5)
    told = head["verdicts"]["max"][1]
    assert f"{100 * head['maps'][0]['changes'][1]:.0f} % before pooling" in told
    assert f"{100 * head['maps'][2]['changes'][1]:.0f} % after two" in told


def test_a_picture_too_large_for_the_shift_lab_is_told() -> None:
    test = opened(view="Shift lab", moved_h="256", moved_w="256")
    assert "up to 128×128" in errors(test)[0]


def test_gradients_of_a_link_flow_back() -> None:
    head, arrays = block(opened(view="Backward", size="3", stride="1", h="8", w="8", g="6x6_0.1_8.5_14.-2.5"))
    assert head["equal"] is True
    x = torch.tensor(arrays["input"].copy()).reshape(1, 1, 8, 8).requires_grad_()
    given = torch.zeros(36)
    given[[0, 8, 14]] = torch.tensor([1.0, 5.0, -2.5])
    torch.nn.functional.max_pool2d(x, 3, 1).backward(given.reshape(1, 1, 6, 6))
    assert x.grad is not None
    np.testing.assert_allclose(arrays["flow"], x.grad.flatten())


@pytest.mark.parametrize("kind", page.TITLES)
def test_every_kind_equals_autograd(kind: str) -> None:
    head, _ = block(opened(view="Backward", kind=kind, size="3", stride="2", padding="1"))
    assert head["check"].startswith("✓ equals autograd")


def test_the_check_against_autograd_can_fail() -> None:
    test = opened(view="Backward")
    made: pooling_scene.Scene = test.session_state[pooling_backward.GOOD]
    given = np.ones(made.size, np.float32)
    assert pooling_backward.checked(made, 0, given, np.ones((10, 10), np.float32)) == (False, "✗ differs from autograd")


def test_outputs_too_many_to_type_into_are_told() -> None:
    test = opened(view="Backward", h="28", w="28", size="2", stride="1")
    assert "up to 16×16, here they are 28×28 and 27×27" in errors(test)[0]


def test_broken_gradients_of_a_link_are_told() -> None:
    test = opened(view="backward", g="2x2_9.1")
    assert any("The gradients in the link are '2x2" in caption.value for caption in test.caption)
    assert set(block(test)[1]["gradient"]) == {1}


def test_gradients_round_trip_through_the_link() -> None:
    values = np.array([[0, 1.5, -2], [0.25, 0, 1e4]], np.float32)
    found = pooling_backward.decode(pooling_backward.encode(values))
    assert found is not None
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("text", ["", "5", "0x5", "17x1", "2x2_4.1", "2x2_0.1e9", "2x2_0.nan", "2x2_0.99999", "2x2_"])
def test_broken_gradients_are_not_read(text: str) -> None:
    assert pooling_backward.decode(text) is None


def test_the_chain_of_the_lectures_is_there_first() -> None:
    head, arrays = block(opened(view="Chain"))
    assert [row["size"] for row in head["rows"]] == [28, 24, 20, 10]
    assert [row["field"] for row in head["rows"]] == [1, 5, 9, 10]
    assert head["equal"] is True
    assert arrays["ways3"].reshape(10, 28)[5].nonzero()[0].tolist() == list(range(10, 20))


def test_a_chain_comes_from_the_link() -> None:
    test = opened(view="Chain", chain="c3s2p1-p2", side="16", cell="1x3")
    head, _ = block(test)
    assert [row["size"] for row in head["rows"]] == [16, 8, 4]
    assert head["at"] == [1, 3]
    test.button(key="pooling_add_convolution").click().run()
    assert linked(test, "chain") == "c3s2p1-p2-c3"
    test.button(key="pooling_lecture").click().run()
    assert [row["size"] for row in block(test)[0]["rows"]] == [28, 24, 20, 10]


def test_a_broken_chain_is_told() -> None:
    test = opened(view="Chain", chain="c5-x9")
    assert any("reads 'x9', which is no step" in caption.value for caption in test.caption)
    assert [row["size"] for row in block(test)[0]["rows"]] == [28, 24, 20, 10]


def test_a_chain_that_does_not_fit_is_told_and_the_last_one_stays() -> None:
    test = opened(view="Chain")
    test.slider(key="pooling_side").set_value(8).run()
    assert "Step 2" in errors(test)[0]
    assert block(test)[0]["rows"][0]["size"] == 28


@pytest.mark.parametrize("view", page.CHOOSER.views, ids=lambda view: view.name)
def test_every_prompt_makes_a_picture(view: Any) -> None:
    from importlib import import_module

    prompts = import_module(view.module).PROMPTS
    test = opened(view=view.title)
    for name, prompt in prompts.items():
        test.button(key=page.key(f"try_{name}")).click().run()
        assert not test.exception
        assert errors(test) == []
        assert any(prompt.said[:20] in caption.value.replace("\\", "") for caption in test.caption), name


def test_28_with_5_gives_24() -> None:
    test = opened()
    test.button(key="pooling_try_size").click().run()
    assert block(test)[0]["footer"]["formula"] == "size ⌊(28 − 5) / 1⌋ + 1 = 24"
    assert read_place(linked(test, "at")) == Place(23, 23)


@pytest.mark.parametrize(
    ("view", "guess", "said"),
    [
        ("Chain", "10", "Right: it is 10×10: ⌊(20 − 2) / 2⌋ + 1 = 10."),
        ("Backward", "1", "Right: it is 1."),
        ("Shift lab", "90", "Not quite: it is 36 %."),
    ],
)
def test_answers_are_hidden_until_they_are_guessed(view: str, guess: str, said: str) -> None:
    test = opened(view=view, predict="true")
    head, _ = block(test)
    assert head["hidden"] is True
    if view == "Chain":
        assert head["formulas"][-1][0] == "⌊(20 − 2) / 2⌋ + 1 = ?"
    test.text_input(key="pooling_guess").set_value(guess).run()
    assert block(test)[0]["hidden"] is False
    assert any(said in markdown.value.replace("\\", "") for markdown in test.markdown)


def test_another_chain_is_asked_again() -> None:
    test = opened(view="Chain", predict="true")
    test.button(key="pooling_reveal").click().run()
    assert block(test)[0]["hidden"] is False
    test.button(key="pooling_add_pooling").click().run()
    assert block(test)[0]["hidden"] is True
