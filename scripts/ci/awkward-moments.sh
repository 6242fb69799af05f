#!/usr/bin/env bash
# Runs the tests that look at time at moments when calendars trip, on the embedded database, which has the clock of its
# process. Debian's faketime sets that clock; the monotonic one, by which timers go, runs on as it is.
#   scripts/ci/awkward-moments.sh [test files]
# Each begins some seconds before a midnight, so that it passes while the tests run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

moments=(
  '2028-02-29 15:59:40' # the 29th of February ends in Beijing
  '2026-12-31 15:59:40' # New Year in Beijing, on the 31st
  '2026-12-31 23:59:40' # New Year in UTC
)
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  files=(
    test/store/{rollups/{rollup-keeper,rollups,series,usage,kept-days-retention},readings/latest,schema/retention}.test.ts
    test/ingest/{observed-at,alarms,kind-runtime,time-keys,history,too-old}.test.ts
    test/api/{series,readings,devices}.test.ts
    test/broadcast/dispatch/{deadlines,play-times}.test.ts
  )
fi
for file in "${files[@]}"; do
  [ -e "$file" ] || { echo "awkward-moments: there is no $file" >&2; exit 2; }
done

if ! command -v faketime >/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "awkward-moments: expected Debian's faketime to be installed" >&2
    exit 2
  fi
  DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends faketime >&2
fi

status=0
for moment in "${moments[@]}"; do
  printf '\n-- from %s UTC\n' "$moment"
  env -u DATABASE_URL TZ=UTC FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 \
    faketime "$moment" npx vitest run "${files[@]}" || status=1
done
exit "$status"
