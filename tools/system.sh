#!/bin/sh
# Sees to the programs of the operating system that a purpose needs: what is there is left alone, what is
# missing is installed on Debian and its kin, and where that is not allowed the reader is told what to do.
#
#   sh tools/system.sh venv PYTHON     a Python of at least 3.11 that can make virtual environments
#   sh tools/system.sh browser DRIVER  Chromium, a font with all Vietnamese letters, and the library that
#                                      the program which drives the browser is linked against
#   sh tools/system.sh postgresql      the server of PostgreSQL, of which tests start one of their own
set -eu

say() {
    printf '%s\n' "$*" >&2
}

missing=""
need() { # need PACKAGE COMMAND...: the package is missing when the command fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_vietnamese_font() {
    fc-list ":lang=vi" family | grep -q .
}

has_postgresql_server() {
    command -v initdb || ls /usr/lib/postgresql/*/bin/initdb
}

case "${1:-}" in
venv)
    python=${2:-}
    if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        say "Python 3.11 or newer is needed and was not found. Install it, or name it: make PYTHON=/path/to/python"
        exit 1
    fi
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    need "python$version-venv" "$python" -c 'import ensurepip, venv'
    ;;
browser)
    need chromium sh -c 'command -v chromium'
    need fonts-noto-core has_vietnamese_font
    need libatomic1 "${2:?name the program that drives the browser}" --version
    ;;
postgresql)
    need postgresql has_postgresql_server
    ;;
*)
    say "usage: system.sh venv PYTHON | browser DRIVER | postgresql"
    exit 2
    ;;
esac

[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
fi
if ! command -v apt-get >/dev/null || { [ -n "$as_root" ] && ! $as_root true 2>/dev/null; }; then
    say "Missing on this machine:$missing (the names of the Debian packages)."
    say "Install them, for example: sudo apt-get install$missing"
    exit 1
fi
say "Installing$missing"
$as_root apt-get -qq update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends $missing >/dev/null
