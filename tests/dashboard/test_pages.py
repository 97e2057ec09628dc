"""Every page of the navigation, run by Streamlit's own test client."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.network import links
from core.network.presets import PRESETS
from core.paths import PROJECT
from core.runs import events, folder
from core.runs.recipes import recipe
from core.runs.spec import RunSpec
from dashboard import launch, navigation, runs_view, state

SECONDS = 60


def open_app(page: str = "home", **query: str) -> AppTest:
    """The app on this page, run once."""
    app = AppTest.from_file(str(PROJECT / "dashboard/app.py"), default_timeout=SECONDS)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "home":
        app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    return app


def make_run(preset: str = "digits-small", *last: str) -> folder.Run:
    run = folder.create(RunSpec(network=PRESETS[preset].network, train=recipe(preset)))
    for kind in last:
        events.append(run.path, kind)
    return run


def rows_of(app: AppTest) -> list[dict[str, object]]:
    """What the list of runs was given."""
    for component in app.get("bidi_component"):
        proto = component.proto
        data = json.loads((proto.mixed.json if proto.HasField("mixed") else proto.json) or "{}")
        if "rows" in data and "asked" in data:
            return list(data["rows"])
    raise AssertionError("no list of runs on the page")


@pytest.mark.parametrize("entry", navigation.PAGES, ids=lambda entry: entry.name)
def test_a_page_opens_without_any_run(entry: navigation.PageEntry) -> None:
    app = open_app(entry.name)
    assert app.title[0].value
    assert any("Try this" in block.proto.body for block in app.get("html"))


@pytest.mark.parametrize("entry", navigation.PAGES, ids=lambda entry: entry.name)
def test_a_page_opens_with_runs_of_every_kind(entry: navigation.PageEntry, runs_root: Path) -> None:
    make_run("digits-small")
    make_run("digits-small", "started")
    make_run("digits-small", "started", "finished")
    make_run("digits-small", "started", "diverged")
    (runs_root / "20260101-000000-bad-folder").mkdir()
    open_app(entry.name)


def test_every_page_has_a_file_and_every_file_a_page() -> None:
    assert {path.stem for path in (PROJECT / "pages").glob("*.py")} == {entry.name for entry in navigation.PAGES}


@pytest.mark.parametrize("entry", navigation.PAGES, ids=lambda entry: entry.name)
def test_projector_mode_on_every_page(entry: navigation.PageEntry) -> None:
    app = open_app(entry.name)
    app.toggle(key=state.PROJECTOR).set_value(True).run()
    assert not app.exception
    assert app.session_state[state.PROJECTOR]


def test_the_link_restores_the_network() -> None:
    network = PRESETS["sakr-lenet"].network
    app = open_app(net=links.encode(network))
    assert app.session_state[state.NETWORK] == network
    assert links.decode("".join(app.query_params["net"])) == network


def test_a_broken_link_is_one_sentence_and_the_default_stays() -> None:
    app = open_app(net="not-a-network")
    assert len(app.warning) == 1
    assert app.warning[0].value.startswith("The link's network cannot be read")
    assert "\n" not in app.warning[0].value
    assert app.session_state[state.NETWORK] == state.default_network()
    assert "net" not in app.query_params
    app.run()
    assert not app.warning


def test_the_first_training_starts_one_run_however_often_it_is_clicked() -> None:
    app = open_app()
    token = app.session_state["home_run_token"]
    app.button(key="home_first").click().run()
    (only,) = folder.list_runs()
    assert (only.state, only.dataset, only.network) == ("queued", "digits", "digits-small")
    assert app.session_state[state.WATCHED] == (only.id,)
    assert app.title[0].value == "Train"
    again = folder.create(launch.first_run(), token=token)  # the second of two quick clicks carries the same token
    assert again.id == only.id


def test_coming_home_again_starts_another_run() -> None:
    app = open_app()
    app.button(key="home_first").click().run()
    app.switch_page("../pages/home.py").run()
    app.button(key="home_first").click().run()
    assert len(folder.list_runs()) == 2


def test_home_tells_why_the_first_training_cannot_start(runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_app()
    blocked = runs_root / "file"
    blocked.write_text("")
    monkeypatch.setenv("CONVLENS_RUNS", str(blocked))
    app.button(key="home_first").click().run()
    assert not app.exception
    assert len(app.error) >= 1


def test_the_list_shows_what_each_run_is() -> None:
    run = make_run("digits-small", "started", "finished")
    run.rename("my <b>first</b>")
    run.write_summary(best_accuracy=0.9876, test_accuracy=0.97, seconds=75.0, epochs_done=10)
    (row,) = rows_of(open_app("runs"))
    assert row["name"] == "my <b>first</b>"
    assert (row["state"], row["words"]) == ("finished", "finished")
    assert (row["dataset"], row["network"]) == ("digits", "digits-small")
    assert (row["best"], row["test"], row["seconds"]) == ("98.76 %", "97.00 %", "1 min 15 s")


def select(app: AppTest, *ids: str) -> AppTest:
    app.session_state[state.SELECTED] = ids
    app.run()
    assert not app.exception
    return app


def test_buttons_wait_for_a_selection() -> None:
    run = make_run("digits-small", "started", "stopped")
    app = open_app("runs")
    keys = ["runs_watch", "runs_evaluate", "runs_resume", "runs_rename", "runs_duplicate", "runs_delete"]
    assert all(app.button(key=key).disabled for key in keys)
    select(app, run.id)
    assert not any(app.button(key=key).disabled for key in keys)


def test_a_damaged_folder_can_only_be_deleted(runs_root: Path) -> None:
    (runs_root / "20260101-000000-bad-folder").mkdir()
    app = select(open_app("runs"), "20260101-000000-bad-folder")
    assert app.button(key="runs_evaluate").disabled
    assert not app.button(key="runs_delete").disabled
    (row,) = rows_of(app)
    assert "spec.json" in str(row["sentence"])


def test_duplicating_loads_network_and_training() -> None:
    run = make_run("huttunen-2019", "started", "finished")
    app = select(open_app("runs"), run.id)
    app.button(key="runs_duplicate").click().run()
    assert not app.exception
    assert app.session_state[state.NETWORK] == run.spec.network
    assert app.session_state[state.TRAIN] == run.spec.train
    assert app.title[0].value == "Train"


def test_a_name_is_text_and_never_markup() -> None:
    run = make_run("digits-small", "started", "finished")
    run.rename("$x$ **b** :material/home:")
    app = select(open_app("runs"), run.id)
    app.button(key="runs_duplicate").click().run()
    assert not app.exception
    (toast,) = app.toast
    assert r"\$x\$ \*\*b\*\* \:material/home\:" in toast.value


def test_watching_several() -> None:
    first, second = make_run("digits-small", "started"), make_run("digits-small", "started", "finished")
    app = select(open_app("runs"), first.id, second.id)
    app.button(key="runs_watch").click().run()
    assert not app.exception
    assert set(app.session_state[state.WATCHED]) == {first.id, second.id}


def test_resuming_queues_again() -> None:
    run = make_run("digits-small", "started", "stopped")
    app = select(open_app("runs"), run.id)
    app.button(key="runs_resume").click().run()
    assert run.status().state == "queued"


def test_the_short_list_escapes_names() -> None:
    run = make_run("digits-small", "started")
    run.rename("<script>alert(1)</script>")
    shown = runs_view.short_list(folder.list_runs())
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
