# Sourced by scripts that need a program of Debian 13 on a machine that has another release: makes a chroot with it,
# which is kept between runs in ${SBI_CI_CACHE:-~/.cache/smart-broadcast-iot}. Needs Debian and root.

cache=${SBI_CI_CACHE:-$HOME/.cache/smart-broadcast-iot}

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
die() { say "$*"; exit 1; }

# $1: what to do instead.
needs_debian() {
  [ "$(id -u)" = 0 ] || die "expected to be root (for debootstrap and chroot); $1"
  grep -qx 'ID=debian' /etc/os-release || die "expected Debian; $1"
}

# The mirror that apt uses here, which may be the only one that can be reached.
mirror() {
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    grep -E '^[[:space:]]*(deb[[:space:]]|URIs:)' | grep -oE 'https?://[^[:space:]]+/debian/?' | head -n 1) || true
  printf '%s\n' "${found:-http://deb.debian.org/debian}"
}

# debootstrap mounts /proc and /sys in its target and leaves them there when it is killed.
remove_chroot() {
  local mounted root=$1
  awk -v dir="$root/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mounted; do
    umount -l "$mounted"
  done
  rm -rf --one-file-system "$root"
}

make_chroot() {
  local root=$1 packages=$2
  if ! command -v debootstrap >/dev/null; then
    say "installing debootstrap"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends debootstrap >&2
  fi
  if [ -e "$root" ]; then
    say "removing an unfinished $root"
    remove_chroot "$root"
  fi
  mkdir -p "$root"
  say "making $root from $(mirror)"
  local log=$cache/debootstrap-$(basename "$root").log
  if ! debootstrap --variant=minbase --include="$packages" \
    trixie "$root" "$(mirror)" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    die "debootstrap failed; its log is $log"
  fi
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  touch "$root/.finished"
}

# $1: the folder, $2: packages with commas between them. Without .finished an interrupted run has left half of one.
ensure_chroot() {
  mkdir -p "$cache"
  # Two runs at once must not build the chroot at the same time.
  exec 9>"$1.lock"
  flock 9
  [ -e "$1/.finished" ] || make_chroot "$1" "$2"
  flock -u 9
  exec 9>&-
}
