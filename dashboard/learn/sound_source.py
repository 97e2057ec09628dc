"""Choosing a sound: a generated one, a tone, a WAV file, a recording."""

from __future__ import annotations

import streamlit as st

from core.signal.sound import SOUNDS, Sound, tone
from core.signal.wav import MOST_SECONDS
from dashboard import parts
from dashboard.learn import capture, sound_state
from dashboard.learn.sound_state import key

TITLES = {name: title for name, (title, _) in SOUNDS.items()} | {"tone": "Tone", "own": "Own sound"}
FIRST_TONE = 6000
MOST_MEGABYTES = 250  # 20 minutes of stereo at 44.1 kHz still get a sentence of their own


def choose(name: str, first: str) -> str:
    """The widgets; returns what was chosen. name: of the choice in the link."""
    kind: str = st.selectbox(
        "Sound",
        list(TITLES),
        index=list(TITLES).index(first),
        format_func=TITLES.__getitem__,
        key=key(name),
        on_change=sound_state.choose_another,
        label_visibility="collapsed",
        width=150,
        bind="query-params",
        persist_state="session",
    )
    with st.popover("Own", icon=":material/mic:", help="Upload or record a sound", width="content"):
        _give(name)
    return kind


def frequency() -> float:
    """The slider of the tone."""
    return float(
        st.slider(
            "Tone in Hz",
            100,
            7900,
            FIRST_TONE,
            100,
            key=key("tone"),
            width=200,
            bind="query-params",
            persist_state="session",
        )
    )


def sound_of(kind: str, tone_in_hz: float | None) -> Sound:
    """What was chosen; the voice where an own sound was chosen and there is none."""
    if tone_in_hz is not None:
        return tone(tone_in_hz)
    if kind == "own":
        return sound_state.own() or sound_state.generated("voice")
    return sound_state.generated(kind)


def notes(kind: str) -> list[str]:
    """What is to be known of an own sound: what was done to it, and that links do not hold it."""
    if kind != "own":
        return []
    own = sound_state.own()
    if own is None:
        return ["No own sound is here, and links hold none: upload or record one. Until then this is the voice."]
    return [*own.notes, "Your sound stays in this session, not in the link."]


def _give(name: str) -> None:
    """Upload and microphone."""
    upload, record = key("upload"), key("record")
    st.file_uploader(
        f"WAV file; its first {MOST_SECONDS} s are used",
        key=upload,
        max_upload_size=MOST_MEGABYTES,
        on_change=sound_state.take,
        args=(upload, key(name), "own"),
    )
    refused = capture.refused("microphone")
    if refused:
        st.caption(parts.plain(refused))
        return
    st.audio_input(
        f"Record, at most {MOST_SECONDS} s",
        key=record,
        on_change=sound_state.take,
        args=(record, key(name), "own", "your recording"),
    )
