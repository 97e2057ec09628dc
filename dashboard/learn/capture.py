"""Why a browser gives no camera or microphone."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

import streamlit as st


def refused(device: Literal["camera", "microphone"]) -> str | None:
    """One sentence where this browser will not hand out the device because of the page's address, else None.

    Browsers ask for a camera or a microphone in secure contexts alone: https, or this computer itself
    (https://www.w3.org/TR/secure-contexts/#is-origin-trustworthy).
    """
    return reason(st.context.url or "", device)


def reason(address: str, device: str) -> str | None:
    """The same for a page at `address`; an address that is not known is taken for a secure one."""
    parts = urlsplit(address)
    if parts.scheme != "http" or _is_here(parts.hostname or ""):
        return None
    return (
        f"The browser gives no {device} to {parts.scheme}://{parts.netloc}: it wants https, or an address on this "
        "computer such as http://localhost."
    )


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
