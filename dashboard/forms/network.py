"""Where a network comes from (presets, nothing, a file) and where it goes to (files, source code, a link)."""

from __future__ import annotations

import streamlit as st

from core.errors import SpecError
from core.network import files, links
from core.network.presets import PRESETS
from core.network.shapes import Trace
from core.network.spec import NetworkSpec
from dashboard import parts, state

PRESET = "build_preset"
UPLOAD = "build_upload"
UPLOADS = "build_uploads"  # how many files were read: the next upload starts afresh
FAULTS = "build_upload_faults"
NAME = "build_name"
MOST_BYTES = 1_000_000
MENU_WIDTH = 420  # CSS pixels
PRESET_WIDTH = 250  # the same for every name: undo and redo beside it must not move under the pointer
STARTS: dict[str, tuple[int, ...]] = {"a 1×28×28 image": (1, 28, 28), "a 3×32×32 image": (3, 32, 32), "2 numbers": (2,)}


def preset_of(spec: NetworkSpec) -> str | None:
    """Name of the preset that this network is, None where it was changed."""
    return next((name for name, preset in PRESETS.items() if preset.network == spec), None)


def start_menu(spec: NetworkSpec) -> None:
    """Choose a preset, start from nothing, or read a file."""
    preset = preset_of(spec)
    label = f"Preset: {preset}" if preset else f"{spec.name}, changed" if spec.name in PRESETS else spec.name
    with st.popover(parts.plain(label), key="build_start", icon=":material/category:", width=PRESET_WIDTH):
        box = st.container(width=MENU_WIDTH)
        presets, nothing, upload = box.tabs(["Presets", "Nothing", "File"])
        with presets:
            _presets(preset)
        with nothing:
            st.caption("Start from an empty network that reads")
            for words, shape in STARTS.items():
                st.button(words, key=f"build_empty_{len(shape)}_{shape[0]}", on_click=_start, args=(shape,))
        with upload:
            _upload()


def _presets(current: str | None) -> None:
    key = fresh_key(PRESET, current)
    names = list(PRESETS)
    st.selectbox(
        "Network",
        names,
        key=key,
        index=names.index(current) if current else None,
        placeholder="choose a preset",
        format_func=lambda name: f"{name}: {PRESETS[name].title}",
        on_change=_load_preset,
        args=(key,),
    )
    if current:
        preset = PRESETS[current]
        st.markdown(parts.plain(preset.story))
        if preset.reported:
            st.markdown(f"**Reported:** {parts.plain(preset.reported)}")
        if preset.source:
            st.caption(parts.plain(preset.source))


def fresh_key(name: str, value: str | None) -> str:
    """A widget's key, new whenever what it shows has changed: the browser would bring an old state back."""
    times, shown = st.session_state.get(f"{name}_shown", (0, None))
    if shown != value:
        times += 1
        st.session_state[f"{name}_shown"] = (times, value)
    return f"{name}_{times}"


def chosen(name: str, key: str) -> str | None:
    """What the user has put into the widget `key`; None where it is what was there, or the widget is gone."""
    times, shown = st.session_state.get(f"{name}_shown", (0, None))
    value = st.session_state[key]
    return value if key == f"{name}_{times}" and value != shown else None


def _load_preset(key: str) -> None:
    name = chosen(PRESET, key)
    if name in PRESETS:
        _load(PRESETS[name].network)


def _start(shape: tuple[int, ...]) -> None:
    _load(NetworkSpec.model_validate({"input_shape": shape}))


def _load(spec: NetworkSpec) -> None:
    """Take another network; its first learning layer is selected."""
    state.set_network(spec)
    st.session_state.pop(state.LAYER, None)


def _upload() -> None:
    key = _upload_key()
    with st.container(key="build_file"):
        st.file_uploader(
            "A network as JSON or YAML", type=["json", "yaml", "yml"], key=key, on_change=_read_upload, args=(key,)
        )
    faults = st.session_state.get(FAULTS)
    if faults:
        parts.show_error(faults)


def _upload_key() -> str:
    return f"{UPLOAD}_{st.session_state.get(UPLOADS, 0)}"


def _read_upload(key: str) -> None:
    uploaded = st.session_state.get(key)
    if key != _upload_key():
        return
    st.session_state.pop(FAULTS, None)
    if uploaded is None:
        return
    if uploaded.size > MOST_BYTES:
        st.session_state[FAULTS] = f"{uploaded.name} has {uploaded.size:,} bytes; a network has at most {MOST_BYTES:,}."
        return
    try:
        spec = files.parse(uploaded.getvalue().decode("utf-8"), uploaded.name)
    except UnicodeDecodeError:
        st.session_state[FAULTS] = f"{uploaded.name} is not a text file in UTF-8: save it as JSON or YAML text."
    except SpecError as error:
        st.session_state[FAULTS] = "\n".join(fault.in_table for fault in error.faults)
    else:
        _load(spec)
        st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + 1
        state.say(f"{uploaded.name} was loaded.")


def export_menu(spec: NetworkSpec, table: Trace) -> None:
    """Name, files, source code and link of this network."""
    with st.popover("Export", key="build_export", icon=":material/download:", on_change="rerun") as popover:
        if not popover.open:
            return
        with st.container(width=MENU_WIDTH, gap="xsmall"):
            _exports(spec, table)


def _exports(spec: NetworkSpec, table: Trace) -> None:
    key = fresh_key(NAME, spec.name)
    st.text_input("Name of the network", spec.name, key=key, max_chars=60, on_change=_rename, args=(key,))
    stem = file_stem(spec.name)
    with st.container(horizontal=True, gap="xsmall"):
        _download("JSON", files.to_json(spec), f"{stem}.json", "application/json")
        _download("YAML", files.to_yaml(spec), f"{stem}.yaml", "application/yaml")
    if table.faults:
        st.caption("Source code is there as soon as every layer works.")
    elif not spec.layers:
        st.caption("Source code is there as soon as there is a layer.")
    else:
        _source(spec, stem)
    st.caption("A link to this network")
    st.code(f"{st.context.url}?{state.LINK}={links.encode(spec)}", language=None, wrap_lines=False)


def _source(spec: NetworkSpec, stem: str) -> None:
    from core.network import export  # large, and wanted by few visits

    framework = st.segmented_control(
        "Source code", ("PyTorch", "Keras"), key="build_framework", default="PyTorch", required=True
    )
    try:
        code = export.to_pytorch(spec) if framework == "PyTorch" else export.to_keras(spec)
    except SpecError as error:
        parts.show_error(error)
        return
    _download(f"{framework} source", code, f"{stem.replace('-', '_')}_{str(framework).lower()}.py", "text/x-python")
    st.code(code, language="python", height=220)


def _download(label: str, data: str, name: str, kind: str) -> None:
    key = f"build_download_{label.split()[0].lower()}"
    st.download_button(label, data, name, kind, key=key, icon=":material/download:", on_click="ignore")


def _rename(key: str) -> None:
    spec = state.network()
    name = (chosen(NAME, key) or "").strip()
    if name:
        state.set_network(NetworkSpec.model_validate({**dict(spec), "name": name}))


def file_stem(name: str) -> str:
    """The name as a file's: letters, digits and hyphens."""
    stem = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower())
    return "-".join(part for part in stem.split("-") if part) or "network"
