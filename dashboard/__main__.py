"""`python -m dashboard`: hand over to Streamlit's command line, and import what the pages need beside it."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from pathlib import Path

from core.paths import PROJECT


def main() -> None:
    """Serve the app; arguments go to Streamlit, such as `--server.port 8600`."""
    for variable in ("CONVLENS_DATA", "CONVLENS_RUNS"):
        if os.environ.get(variable):
            os.environ[variable] = str(Path(os.environ[variable]).absolute())
    gc.disable()  # what the imports make stays: boot freezes it, and collects again
    os.chdir(PROJECT)  # .streamlit/config.toml is read from the working directory
    from streamlit.web import cli

    threading.Thread(target=prepare, name="convlens-boot", daemon=True).start()
    sys.argv = ["streamlit", "run", str(PROJECT / "dashboard" / "app.py"), *sys.argv[1:]]
    cli.main(prog_name="streamlit")


def prepare() -> None:
    """Import the first page's modules while the browser loads Streamlit's frontend; before, they would delay it."""
    from streamlit import runtime
    from streamlit.runtime.runtime import RuntimeState

    while not runtime.exists() or runtime.get_instance().state is RuntimeState.INITIAL:
        time.sleep(0.01)
    from dashboard import boot

    boot.start_once()


if __name__ == "__main__":
    main()
