#!/bin/bash
# The main job in one breath, on one platform: static and dynamic programs, a shell with pipes, statuses, signals, threads.
# usage: smoke.sh SENTRY PLATFORM
set -u
sentry=$1 platform=$2 failed=0

# expect NAME STATUS OUTPUT COMMAND...
expect() {
  local name=$1 status=$2 output=$3 got
  shift 3
  got=$(timeout 60 "$sentry" --platform="$platform" -- "$@" 2>&1 </dev/null)
  local rc=$?
  [[ $rc == "$status" && $got == "$output" ]] && return
  printf '%s: status %s (expected %s), output:\n%s\nexpected:\n%s\n' "$name" "$rc" "$status" "$got" "$output"
  failed=1
}

expect echo 0 hello /bin/echo hello
expect static 3 a /bin/busybox sh -c 'echo a; exit 3'
expect pipeline 0 $'1\n2\n3' bash -c 'printf "3\n1\n2\n" | sort | cat'
expect killed 143 '' bash -c 'kill -TERM $$; sleep 60'
expect trap 0 caught bash -c 'trap "echo caught" USR1; kill -USR1 $$'
expect memory 0 2 bash -c 'echo 1 >/tmp/a; cp /tmp/a /tmp/b; cat /tmp/a /tmp/b | wc -l'
expect readonly 0 kept bash -c 'echo x >/usr/sentry-smoke && rm /usr/sentry-smoke; test -e /usr/bin/env && echo kept'
expect threads 0 ok python3 -c 'import threading
t=[threading.Thread(target=lambda: None) for _ in range(50)]
[x.start() for x in t]; [x.join() for x in t]; print("ok")'
expect missing 127 "sentry: /no/such: no such file, or its interpreter is missing (is it visible to the guest? see --ro)" /no/such
exit $failed
