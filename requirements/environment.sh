#!/bin/sh
# Makes an empty virtual environment with pip in it, also where Debian's python3 comes without venv or pip.
# usage: requirements/environment.sh FOLDER      (PYTHON names another interpreter than python3)
set -eu
folder=$1

say() { printf '%s\n' "dvor: $*" >&2; }
works() { [ -x "$folder/bin/python" ] && "$folder/bin/python" -m pip --version >/dev/null 2>&1; }
root() { [ "$(id -u)" = 0 ]; }
apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null; }
recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if recent "$python"; then return 0; fi
    done
    return 1
}

install_with_apt() {
    root && command -v apt-get >/dev/null || return 1
    say "installing Debian's $* (apt-get)"
    apt install -y "$@" 2>/dev/null || { apt update && apt install -y "$@"; }
}

# pip out of Debian's own package, unpacked in a temporary folder: needs no root.
pip_from_debian() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    room=$(mktemp -d)
    mkdir -p "$room/lists/partial" "$room/cache/archives/partial"
    own="-o Dir::State::lists=$room/lists -o Dir::Cache=$room/cache"
    (
        cd "$room"
        apt-get -qq download python3-pip-whl 2>/dev/null ||
            { apt-get -qq $own update && apt-get -qq $own download python3-pip-whl; }
        dpkg-deb -x python3-pip-whl_*.deb .
    ) >/dev/null 2>&1 &&
        for wheel in "$room"/usr/share/python-wheels/pip-*.whl; do
            PYTHONPATH=$wheel "$folder/bin/python" -m pip install --quiet --no-index --no-deps "$wheel"
        done
    rm -rf "$room"
}

if works; then exit 0; fi
if ! find_python; then
    install_with_apt python3 python3-venv || true
    if ! find_python; then
        say "Python 3.11 or newer is needed and was not found: install python3 and python3-venv, or name one with PYTHON=…"
        exit 1
    fi
fi
rm -rf "$folder"
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    install_with_apt python3-venv || true
fi
if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    "$python" -m venv "$folder"
elif "$python" -m venv --without-pip "$folder" 2>/dev/null; then
    say "$python has no ensurepip; looking for pip elsewhere"
    "$python" -m pip --python "$folder/bin/python" install --quiet pip 2>/dev/null || pip_from_debian || true
fi
if ! works; then
    rm -rf "$folder"
    say "$python can make no environment with pip: install Debian's python3-venv (as root: apt-get install python3-venv)"
    exit 1
fi
