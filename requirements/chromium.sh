#!/bin/sh
# Makes sure that there is a Chromium for the tests in tests/browser; says so and goes on where there can be none.
# usage: requirements/chromium.sh FOLDER      (without root it is unpacked into FOLDER/chromium)
set -eu
folder=$1

say() { printf '%s\n' "dvor: $*" >&2; }
apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null; }

# Debian's packages that are missing, unpacked beside each other, with a program that finds their libraries.
unpack() {
    room=$(mktemp -d)
    mkdir -p "$room/lists/partial" "$room/cache/archives/partial"
    own="-o Dir::State::lists=$room/lists -o Dir::Cache=$room/cache"
    if ! apt-get -s install chromium >/dev/null 2>&1; then
        apt-get -qq $own update >/dev/null 2>&1 || true
    else
        own="-o Dir::Cache=$room/cache"
    fi
    missing=$(apt-get -s $own --no-install-recommends install chromium 2>/dev/null | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
    rm -rf "$folder/chromium" "$folder/chromium.part"
    [ -n "$missing" ] &&
        (cd "$room" && apt-get -qq $own download $missing >/dev/null 2>&1) &&
        for package in "$room"/*.deb; do dpkg-deb -x "$package" "$folder/chromium.part"; done &&
        mv "$folder/chromium.part" "$folder/chromium" &&
        root=$(cd "$folder/chromium" && pwd) &&
        libraries=$(find "$root/usr/lib" "$root/lib" -name '*.so*' -exec dirname {} + 2>/dev/null | sort -u | tr '\n' ':') &&
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$root/usr/lib/chromium/chromium" >"$root/run" &&
        chmod +x "$root/run"
    done=$?
    rm -rf "$room"
    return $done
}

if command -v chromium >/dev/null || [ -x "$folder/chromium/run" ]; then exit 0; fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    say "no Chromium was found, and no apt-get to get it with: the tests in tests/browser will fail"
    exit 0
fi
say "getting Debian's chromium for the tests in tests/browser"
if [ "$(id -u)" = 0 ]; then
    apt install -y --no-install-recommends chromium 2>/dev/null ||
        { apt update && apt install -y --no-install-recommends chromium; } ||
        say "it could not be installed: the tests in tests/browser will fail"
else
    unpack || say "it could not be unpacked: the tests in tests/browser will fail"
fi
