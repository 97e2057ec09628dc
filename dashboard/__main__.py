"""`python -m dashboard`: begin the slow imports, then hand over to Streamlit's command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from core.paths import PROJECT
from dashboard import boot


def main() -> None:
    """Serve the app; arguments go to Streamlit, such as `--server.port 8600`."""
    for variable in ("CONVLENS_DATA", "CONVLENS_RUNS"):
        if os.environ.get(variable):
            os.environ[variable] = str(Path(os.environ[variable]).absolute())
    boot.start_once()
    os.chdir(PROJECT)  # .streamlit/config.toml is read from the working directory
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", str(PROJECT / "dashboard" / "app.py"), *sys.argv[1:]]
    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()
