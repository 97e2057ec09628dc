"""Predict, then reveal: an answer stays hidden until a number is typed or Reveal is pressed.

    predict.switch("pooling")                       # the toggle, in the page's header
    about = {"size": Question(...), "value": Question(...)}
    hidden = predict.hidden("pooling", about)       # "", "size" or "value": what the picture must not tell
    predict.ask("pooling", about)                   # the row with the question, the number and Reveal

What is asked, and whether it is still hidden, is in the link; a guess is not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

import streamlit as st

from dashboard import parts

What = Literal["size", "value"]
Hidden = Literal["", "size", "value"]
TITLES = {"size": "Output size", "value": "Next value"}


@dataclass(frozen=True)
class Question:
    """One thing to predict.

    text: what stands before the field: "Output size", "y[4, 7]".
    truth: the number, or one per axis (a single guess is right where all are equal).
    shown: the truth as the screen writes it.
    about: names the question; another one hides the answer again.
    tolerance: how far a right guess may be off.
    why: told with the answer, such as the formula with the numbers in it.
    """

    text: str
    truth: tuple[float, ...]
    shown: str
    about: str
    tolerance: float = 0.0
    why: str = ""


@dataclass(frozen=True)
class Told:
    """What was said to a guess.

    about: names the question. right: None where nothing was guessed. answered: it is no longer hidden.
    """

    about: str
    sentence: str
    right: bool | None = None
    answered: bool = True


def switch(prefix: str, disabled: bool = False) -> bool:
    """The toggle 'Predict first'; returns whether it is on. disabled: nothing here can be predicted."""
    return st.toggle(
        "Predict first",
        key=f"{prefix}_predict",
        bind="query-params",
        persist_state="session",
        help="Hides the answer until a number is typed or revealed",
        disabled=disabled,
    )


def on(prefix: str) -> bool:
    """Whether the switch is on; once it was drawn."""
    return bool(st.session_state.get(f"{prefix}_predict"))


def hidden(prefix: str, questions: Mapping[What, Question]) -> Hidden:
    """What the picture must not tell now."""
    if not on(prefix):
        return ""
    what = asked(prefix, questions)
    if what is None:
        return ""
    told = _told(prefix, questions[what])
    return "" if told and told.answered else what


def asked(prefix: str, questions: Mapping[What, Question]) -> What | None:
    """Which of the questions is put; None where there is none."""
    wanted = str(st.session_state.get(f"{prefix}_predict_what") or st.query_params.get(f"{prefix}_predict_what"))
    for what in questions:
        if wanted in (what, TITLES[what]):
            return what
    return next(iter(questions), None)


def ask(prefix: str, questions: Mapping[What, Question]) -> None:
    """The row with the question; nothing where the switch is off. Stands inside the picture's fragment."""
    if not on(prefix) or not questions:
        _keep_link(prefix, None)
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{prefix}_predict_row"):
        if len(questions) > 1:
            st.segmented_control(
                "Predict",
                list(questions),
                format_func=TITLES.__getitem__,
                default=next(iter(questions)),
                required=True,
                key=f"{prefix}_predict_what",
                bind="query-params",
                persist_state="session",
                label_visibility="collapsed",
            )
        what = asked(prefix, questions)
        if what is not None:
            _field(prefix, questions[what])
            _keep_link(prefix, questions[what])


def _field(prefix: str, question: Question) -> None:
    key, about = f"{prefix}_guess", f"{prefix}_guess_about"
    if st.session_state.get(about) != question.about:
        st.session_state[about] = question.about
        st.session_state[key] = ""
    told = _told(prefix, question)
    st.markdown(parts.plain(f"{question.text} ="), width="content")
    st.text_input(
        question.text,
        key=key,
        placeholder="?",
        label_visibility="collapsed",
        width=110,
        autocomplete="off",
        on_change=_judge,
        args=(prefix, question),
    )
    if told is None or not told.answered:
        st.button("Reveal", key=f"{prefix}_reveal", on_click=_reveal, args=(prefix, question))
    if told:
        sign = {True: ":green[:material/check_circle:] ", False: ":orange[:material/lightbulb:] ", None: ""}[told.right]
        st.markdown(sign + parts.plain(told.sentence), width="content")


def _told(prefix: str, question: Question) -> Told | None:
    told: Told | None = st.session_state.get(f"{prefix}_told")
    if told is not None and told.about == question.about:
        return told
    if told is None and st.query_params.get(f"{prefix}_revealed") == _mark(question):
        return Told(question.about, _sentence("It is", question))
    return None


def _mark(question: Question) -> str:
    """Names the question in a link."""
    return f"{crc32(question.about.encode()):08x}"


def _keep_link(prefix: str, question: Question | None) -> None:
    """The link says whether this question is answered: who opens it sees the same."""
    key = f"{prefix}_revealed"
    told = _told(prefix, question) if question else None
    if question and told and told.answered:
        if st.query_params.get(key) != _mark(question):
            st.query_params[key] = _mark(question)
    elif key in st.query_params:
        del st.query_params[key]


def _judge(prefix: str, question: Question) -> None:
    guess = str(st.session_state.get(f"{prefix}_guess", ""))
    if guess.strip():
        st.session_state[f"{prefix}_told"] = judged(question, guess)


def _reveal(prefix: str, question: Question) -> None:
    st.session_state[f"{prefix}_told"] = Told(question.about, _sentence("It is", question))


def judged(question: Question, guess: str) -> Told:
    """What is said to a guess such as "24", "24x20" or "-3.5"."""
    numbers = numbers_in(guess)
    if not numbers or len(numbers) not in (1, len(question.truth)):
        example = {1: "12 or -3.5", 2: "24 or 24x20"}.get(len(question.truth), "8x24x20")
        return Told(question.about, f"Type a number such as {example}.", answered=False)
    pairs = zip(numbers * len(question.truth) if len(numbers) == 1 else numbers, question.truth, strict=True)
    right = all(math.isclose(said, true, rel_tol=0, abs_tol=question.tolerance + 1e-9) for said, true in pairs)
    return Told(question.about, _sentence("Right: it is" if right else "Not quite: it is", question), right)


def numbers_in(text: str) -> list[float]:
    """The numbers of "24 x 20" or "−3,5"; none where anything else is in it."""
    cleaned = text.replace("−", "-").replace("×", "x").replace(",", ".")
    pieces = [piece for piece in re.split(r"[x\s]+", cleaned.lower()) if piece]
    if not all(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", piece) for piece in pieces):
        return []
    return [float(piece) for piece in pieces]


def _sentence(start: str, question: Question) -> str:
    return f"{start} {question.shown}{f': {question.why}' if question.why else ''}."
