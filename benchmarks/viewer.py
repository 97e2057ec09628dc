"""A browser session without a browser: speaks Streamlit's protocol, obeys its timers, times its reruns."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


@dataclass
class Viewer:
    """One session on one page.

    refreshes: seconds from asking for a fragment to its end; bytes_received counts everything that came.
    """

    url: str  # ws://host:port
    page: str = ""  # url path of the page
    query: str = ""
    refreshes: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    bytes_received: int = 0
    timers: dict[str, float] = field(default_factory=dict)

    async def watch(self, seconds: float, pages: tuple[str, ...] = ()) -> None:
        """Open the page, visit `pages` one after the other, then obey the timers until `seconds` have passed."""
        async with websockets.connect(
            f"{self.url}/_stcore/stream", max_size=None, subprotocols=[websockets.Subprotocol("streamlit")]
        ) as socket:
            for page in (self.page, *pages):
                self.timers.clear()
                self.loads.append(await self.rerun(socket, page=page))
            end = time.perf_counter() + seconds
            due = {key: time.perf_counter() + interval for key, interval in self.timers.items()}
            while time.perf_counter() < end and due:
                key = min(due, key=lambda k: due[k])
                await asyncio.sleep(max(0.0, min(due[key], end) - time.perf_counter()))
                if time.perf_counter() >= end:
                    return
                self.refreshes.append(await self.rerun(socket, page=(pages or (self.page,))[-1], fragment=key))
                due = {k: due.get(k, 0) for k in self.timers}
                due[key] = max(due[key] + self.timers[key], time.perf_counter())

    async def rerun(self, socket: websockets.ClientConnection, page: str, fragment: str = "") -> float:
        """Ask for a run of the script, or of one fragment; seconds until it says that it has finished."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = page
        if fragment:
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
        begin = time.perf_counter()
        await socket.send(message.SerializeToString())
        while True:
            data = await asyncio.wait_for(socket.recv(), 60)
            assert isinstance(data, bytes)
            self.bytes_received += len(data)
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "auto_rerun":
                self.timers[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
            elif kind == "script_finished":
                return time.perf_counter() - begin
