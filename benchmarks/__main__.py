"""Run the benchmarks named on the command line, or all; print the table; end with 1 where a bound is missed."""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from benchmarks.claims import HEADER, Claim, conditions

NAMES = (
    "reading",
    "training",
    "speedrun",
    "screen",
    "windows",
    "maps",
    "disturb",
    "sessions",
    "memory",
    "imbalance",
    "known",
    "judging",
)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("names", nargs="*", choices=[[], *NAMES], help="; ".join(NAMES))
    names = arguments.parse_args().names or NAMES
    print(f"{conditions()}; {time.strftime('%Y-%m-%d')}\n\n{HEADER}", flush=True)
    missed = 0
    for name in names:
        claims: list[Claim] = importlib.import_module(f"benchmarks.{name}").claims()
        for claim in claims:
            print(claim.row(), flush=True)
            missed += claim.met is False
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
