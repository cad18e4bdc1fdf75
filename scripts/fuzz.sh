#!/bin/bash
# Runs the fuzzers that `scripts/dev` built in build/fuzz.
#   fuzz.sh list [NAME]            names of the fuzzers in tests/fuzz
#   fuzz.sh run SECONDS [NAME]     each so long; "auto" is 30 where continuous integration runs, 5 elsewhere
# Seeds are in tests/fuzz/corpus/NAME.  What a run finds new is kept in build/fuzz/corpus/NAME, inputs that crash in
# build/fuzz/crashes/NAME.  Status 77: not built.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/fuzz

names() {
  local source
  shopt -s nullglob
  for source in "$root"/tests/fuzz/*_fuzzer.cc; do
    source=$(basename "$source" _fuzzer.cc)
    [[ -n $1 && $1 != "$source" ]] || echo "$source"
  done
}

# run_one NAME SECONDS: one line when nothing is found, the end of the log otherwise.
run_one() {
  local name=$1 seconds=$2 program=$build/tests/${1}_fuzzer log=$build/$1.log runs
  local -a corpora=("$build/corpus/$name")
  if [[ ! -x $program ]]; then
    echo "skipped: $name is not built; scripts/dev fuzz builds it"
    return 77
  fi
  mkdir -p "$build/corpus/$name" "$build/crashes/$name"
  [[ ! -d $root/tests/fuzz/corpus/$name ]] || corpora+=("$root/tests/fuzz/corpus/$name")
  if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/crashes/$name/" "${corpora[@]}" >"$log" 2>&1 </dev/null; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "$name: $runs inputs in $seconds s, nothing found"
  else
    echo "$name: FAILED, see build/fuzz/$name.log and build/fuzz/crashes/$name"
    tail -n 60 "$log"
    return 1
  fi
}

case ${1:-} in
  list) names "${2:-}" ;;
  run)
    seconds=${2:-30} status=0
    [[ $seconds != auto ]] || seconds=$([[ ${CI:-} == true ]] && echo 30 || echo 5)
    for name in $(names "${3:-}"); do
      run_one "$name" "$seconds" || status=$?
    done
    exit "$status"
    ;;
  *) echo 'fuzz.sh: list or run' >&2; exit 2 ;;
esac
