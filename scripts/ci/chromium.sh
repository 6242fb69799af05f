#!/usr/bin/env bash
# Installs what the flows of the console are tested with: Debian's Chromium, and fonts with Chinese characters, without
# which pages show boxes. Does nothing where both are there. CHROMIUM_PATH names another browser.
set -euo pipefail

has_browser() { [ -x "${CHROMIUM_PATH:-/usr/bin/chromium}" ]; }
has_font() { [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ]; }

packages=()
has_browser || [ -n "${CHROMIUM_PATH:-}" ] || packages+=(chromium)
has_font || packages+=(fonts-noto-cjk)
if [ ${#packages[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "chromium: expected Debian's ${packages[*]} to be installed" >&2
    exit 2
  fi
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}" >&2
fi
has_browser || { echo "chromium: there is no ${CHROMIUM_PATH:-/usr/bin/chromium}" >&2; exit 2; }
