"""Predict, then reveal: what a guess is told, and what stays hidden until then."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.learn.predict import Question, judged, numbers_in

SIZE = Question("Output size", (24, 24), "24×24", "size of valid", why="28 − 5 + 1 = 24")
OBLONG = Question("Output size", (24, 20), "24×20", "size of oblong")
VALUE = Question("y[4, 7]", (-22.0,), "−22", "value", tolerance=0.5)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("24", [24.0]),
        ("24x20", [24.0, 20.0]),
        (" 24 × 20 ", [24.0, 20.0]),
        ("24 20", [24.0, 20.0]),
        ("−3,5", [-3.5]),
        (".5", [0.5]),
        ("", []),
        ("about 24", []),
        ("2.4.1", []),
        ("nan", []),
    ],
)
def test_a_guess_is_read_as_people_write_it(text: str, numbers: list[float]) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize("guess", ["24", "24x24", "24 24"])
def test_a_right_size_is_told_with_the_formula(guess: str) -> None:
    told = judged(SIZE, guess)
    assert told.right
    assert told.sentence == "Right: it is 24×24: 28 − 5 + 1 = 24."


@pytest.mark.parametrize(("question", "guess"), [(SIZE, "23"), (SIZE, "24x23"), (OBLONG, "24"), (VALUE, "22")])
def test_a_wrong_guess_is_told_the_true_answer(question: Question, guess: str) -> None:
    told = judged(question, guess)
    assert told.answered
    assert told.right is False
    assert question.shown in told.sentence
    assert told.sentence.startswith("Not quite")


def test_a_value_is_right_within_what_the_screen_rounds_to() -> None:
    assert judged(VALUE, "-22.4").right
    assert judged(VALUE, "-22.6").right is False


@pytest.mark.parametrize("guess", ["x", "twenty", "24x24x24"])
def test_what_is_no_number_reveals_nothing(guess: str) -> None:
    told = judged(SIZE, guess)
    assert not told.answered
    assert "24×24" not in told.sentence


def page() -> None:
    import streamlit as st

    from dashboard.learn import predict

    about = st.session_state.get("about", "first")
    questions = {
        "size": predict.Question("Size", (24.0, 24.0), "24×24", f"size {about}"),
        "value": predict.Question("Value", (-3.0,), "−3", f"value {about}"),
    }
    predict.switch("p")
    st.text(predict.hidden("p", questions) or "shown")
    predict.ask("p", questions)


def hidden(app: AppTest) -> str:
    return str(app.text[0].value)


def test_the_answer_is_hidden_until_a_number_is_typed_and_again_for_another_question() -> None:
    app = AppTest.from_function(page).run()
    assert hidden(app) == "shown"
    assert not app.text_input
    app.toggle(key="p_predict").set_value(True).run()
    assert hidden(app) == "size"
    app.text_input(key="p_guess").set_value("what").run()
    assert hidden(app) == "size"
    app.text_input(key="p_guess").set_value("23").run()
    assert hidden(app) == "shown"
    assert any("Not quite" in text.value for text in app.markdown)
    app.session_state["about"] = "second"
    app.run()
    assert hidden(app) == "size"
    assert app.text_input(key="p_guess").value == ""
    app.button(key="p_reveal").click().run()
    assert hidden(app) == "shown"


def test_the_link_says_that_an_answer_was_revealed() -> None:
    app = AppTest.from_function(page).run()
    app.toggle(key="p_predict").set_value(True).run()
    assert "p_revealed" not in app.query_params
    app.button(key="p_reveal").click().run()
    mark = app.query_params["p_revealed"]
    other = AppTest.from_function(page)
    other.query_params["p_predict"] = "true"
    other.query_params["p_revealed"] = mark
    assert hidden(other.run()) == "shown"
    assert any("24×24" in text.value for text in other.markdown)
    other.session_state["about"] = "second"
    assert hidden(other.run()) == "size"
    assert "p_revealed" not in other.query_params


def test_the_link_says_what_is_asked() -> None:
    app = AppTest.from_function(page)
    app.query_params["p_predict"] = "true"
    app.query_params["p_predict_what"] = "Next value"
    app.run()
    assert hidden(app) == "value"
    app.segmented_control(key="p_predict_what").set_value("size").run()
    assert hidden(app) == "size"
    assert not app.exception
