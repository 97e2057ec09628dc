#!/bin/sh
# Prints the Chromium that the browser tests drive: $CHROMIUM, else one on the PATH.
# `chromium.sh install` first sees to it that there is one: Debian's package when root, else a sentence.
set -eu

works() { "$1" --version >/dev/null 2>&1; }

find_chromium() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        path=$(command -v "$name" 2>/dev/null) || continue
        if works "$path"; then
            echo "$path"
            return 0
        fi
    done
    return 1
}

if find_chromium; then
    exit 0
fi
if [ "${1:-}" = install ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Debian's package chromium for the browser tests"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >&2 || true
    if find_chromium; then
        exit 0
    fi
fi
echo "The browser tests need a Chromium: install one (on Debian: sudo apt-get install chromium)," \
    "or set CHROMIUM to the program's path." >&2
exit 1
