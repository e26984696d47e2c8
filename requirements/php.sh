#!/bin/sh
# Makes sure that there is a PHP with curl for the tests in tests/clients; says so and goes on where there can be none.
set -eu

say() { printf '%s\n' "dvor: $*" >&2; }
apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null; }

if php -m 2>/dev/null | grep -qx curl; then exit 0; fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    say "there is no PHP with curl: tests/clients/test_php.py will fail until php-cli and php-curl are installed"
    exit 0
fi
say "getting Debian's php-cli and php-curl for tests/clients"
apt install -y --no-install-recommends php-cli php-curl 2>/dev/null ||
    { apt update && apt install -y --no-install-recommends php-cli php-curl; } ||
    say "they could not be installed: tests/clients/test_php.py will fail"
