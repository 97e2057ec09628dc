"""Downloads of data sets in the background: one for the whole server, watched and stopped from any session."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

import streamlit as st

from core.data.download import download
from core.errors import DataError

log = logging.getLogger(__name__)


class _Stopped(Exception):
    """The user does not want it any more."""


@dataclass
class Download:
    """share: 0..1 done. fault: the sentence of what went wrong, empty where nothing did."""

    share: float = 0.0
    text: str = "Starting the download"
    fault: str = ""
    over: bool = False
    wish_to_stop: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        self.wish_to_stop.set()
        self.text = "Stopping"

    def tell(self, share: float, text: str) -> None:
        if self.wish_to_stop.is_set():
            raise _Stopped
        self.share, self.text = min(1.0, max(0.0, share)), text


class Downloads:
    """The downloads of this server, by data set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Download] = {}

    def start(self, name: str) -> Download:
        """Begin to fetch a data set; one that is under way goes on."""
        with self._lock:
            known = self._known.get(name)
            if known is not None and not known.over:
                return known
            fresh = self._known[name] = Download()
        threading.Thread(target=_fetch, args=(name, fresh), name=f"download-{name}", daemon=True).start()
        return fresh

    def of(self, name: str) -> Download | None:
        """The last download of a data set, None where there was none."""
        return self._known.get(name)


def _fetch(name: str, state: Download) -> None:
    try:
        download(name, state.tell)
    except DataError as error:
        state.fault = str(error)
    except _Stopped:
        state.fault = ""
    except Exception as error:
        log.exception("the download of %s failed", name)
        state.fault = f"The download ended unexpectedly ({type(error).__name__}: {error}): try again."
    finally:
        state.over = True


@st.cache_resource(show_spinner=False)
def downloads() -> Downloads:
    return Downloads()
