"""What a session remembers: undo and redo, the selected layer, the link, tokens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.network import links
from core.network.edits import remove
from core.network.presets import PRESETS
from dashboard import state


def within(step: Callable[[], None]) -> AppTest:
    """Run one script in a new session."""
    return AppTest.from_function(step).run()


def edit_thrice() -> None:
    from core.network.edits import remove
    from dashboard import state

    for _ in range(3):
        state.set_network(remove(state.network(), 0))


def test_undo_and_redo_walk_through_the_edits() -> None:
    def walk() -> None:
        import streamlit as st

        from core.network.edits import remove
        from dashboard import state

        seen = [state.network()]
        for _ in range(3):
            state.set_network(remove(state.network(), 0))
            seen.append(state.network())
        for expected in reversed(seen[:-1]):
            state.undo()
            assert state.network() == expected
        assert not state.can_undo()
        state.undo()
        assert state.network() == seen[0]
        for expected in seen[1:]:
            state.redo()
            assert state.network() == expected
        assert not state.can_redo()
        st.text("walked")

    app = within(walk)
    assert not app.exception
    assert app.text[0].value == "walked"


def test_a_new_edit_forgets_what_was_undone_and_an_equal_one_is_none() -> None:
    def step() -> None:
        from core.network.edits import remove
        from dashboard import state

        state.set_network(remove(state.network(), 0))
        state.undo()
        state.set_network(state.network())
        assert state.can_redo()
        state.set_network(remove(state.network(), 1))
        assert not state.can_redo()

    assert not within(step).exception


def test_the_undo_stack_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "UNDO_DEPTH", 2)
    app = within(edit_thrice)
    assert not app.exception
    assert len(app.session_state[state.UNDO]) == 2


def test_every_edit_is_in_the_link() -> None:
    app = within(edit_thrice)
    network = PRESETS[state.DEFAULT_PRESET].network
    for _ in range(3):
        network = remove(network, 0)
    assert links.decode("".join(app.query_params[state.LINK])) == network


def test_the_default_network_is_not_in_the_link() -> None:
    def step() -> None:
        import streamlit as st

        from core.network.edits import remove
        from dashboard import state

        state.set_network(remove(state.network(), 0))
        assert state.LINK in st.query_params
        state.undo()
        assert state.LINK not in st.query_params

    assert not within(step).exception


def test_a_selected_layer_that_is_gone_is_not_selected() -> None:
    def step() -> None:
        from core.network.edits import remove
        from dashboard import state

        last = len(state.network().layers) - 1
        state.select_layer(last)
        assert state.layer() == last
        state.set_network(remove(state.network(), 0))
        assert state.layer() is None

    assert not within(step).exception


def test_each_page_has_its_own_token_until_it_is_renewed() -> None:
    def step() -> None:
        from dashboard import state

        first = state.train_token("home")
        assert state.train_token("home") == first
        assert state.train_token("train") != first
        state.renew_token("home")
        assert state.train_token("home") != first

    assert not within(step).exception


def test_a_message_is_told_once() -> None:
    def step() -> None:
        from dashboard import state

        state.say("done")
        assert state.take_message() == "done"
        assert state.take_message() is None

    assert not within(step).exception
