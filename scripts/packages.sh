# Debian packages the project needs, and how they get installed.  Sourced by scripts/dev.

build_packages=(
  g++ cmake ninja-build ccache lld mold python3
  protobuf-compiler libprotobuf-dev liburing-dev libgoogle-glog-dev libboost-dev libcapstone-dev
  libcli11-dev nlohmann-json3-dev libfmt-dev libgtest-dev libgmock-dev
)
bench_packages=(libbenchmark-dev bubblewrap)
format_packages=(clang-format)
clang_packages=(clang clang-tidy libclang-rt-14-dev)
test_packages=(clang-format bubblewrap busybox-static manpages-dev)

# Programs that the integration tests run inside the sandbox.  Where one cannot be installed its test says "skipped".
guest_packages=(
  perl git gcc make sqlite3 strace gdb vim less tmux nodejs default-jdk-headless golang-go rustc
  iproute2 iputils-ping tcpdump nftables iptables conntrack curl wget netcat-openbsd redis-server nginx-light memcached iperf3
)

# missing_packages NAME...: prints those that are not installed.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
    awk '$2 == "installed" { sub(/:.*/, "", $1); print $1 }') || true
  comm -23 <(printf '%s\n' "$@" | sort -u) <(printf '%s\n' "$installed" | sort -u)
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "$@" </dev/null >>"$root/build/apt.log" 2>&1
}

apt_ready=
prepare_apt() {
  [[ -n $apt_ready ]] && return
  command -v apt-get >/dev/null || die "missing: $* (not a Debian system: install them by hand)"
  if [[ $(id -u) != 0 ]] && ! sudo -n true 2>/dev/null; then
    die "missing packages, and neither root nor sudo to install them: apt-get install $*"
  fi
  mkdir -p "$root/build"
  as_root apt-get update -qq </dev/null >>"$root/build/apt.log" 2>&1 || true
  apt_ready=1
}

# require_packages NAME...: installs what is missing or ends with one line that says why not.
require_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} == 0 ]] && return
  say "installing ${missing[*]}"
  prepare_apt "${missing[@]}"
  apt_install "${missing[@]}" || die "apt-get install ${missing[*]} failed: see build/apt.log"
}

# want_packages NAME...: the same, but a package that cannot be had is only a warning.
want_packages() {
  local missing name
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} == 0 ]] && return
  say "installing ${missing[*]}"
  (prepare_apt "${missing[@]}") || return 0
  apt_install "${missing[@]}" && return
  for name in "${missing[@]}"; do
    apt_install "$name" || say "warning: package $name cannot be installed; tests that need it are skipped"
  done
}

# Only the benchmark compares with it, and bookworm has it in backports.
want_runsc() {
  command -v runsc >/dev/null && return
  prepare_apt runsc
  if ! apt-cache policy runsc | grep -q bookworm-backports; then
    echo 'deb http://deb.debian.org/debian bookworm-backports main' |
      as_root tee /etc/apt/sources.list.d/sentry-backports.list >/dev/null
    as_root apt-get update -qq </dev/null >>"$root/build/apt.log" 2>&1 || true
  fi
  apt_install -t bookworm-backports runsc || say 'warning: runsc cannot be installed; its column stays empty'
}
