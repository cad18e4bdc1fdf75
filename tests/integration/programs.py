#!/usr/bin/env python3
"""Everyday programs end as they do natively: same output, same status."""
# groups: basics busybox bash coreutils
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import main, same  # noqa: E402

# --- basics: what passes through the sandbox's edge

same("basics", "echo", ["/bin/echo", "hello", "two words", ""])
same("basics", "true", ["/bin/true"], status=0)
same("basics", "false", ["/bin/false"], status=1)
same("basics", "found_in_path", ["echo", "by name"], status=0)
same("basics", "relative_path", ["./run.sh", "a", "b c"], files=["run.sh"], status=0)
same("basics", "exit_status", "exit 42", status=42)
same("basics", "killed_by_signal", "kill -TERM $$", status=143)
same("basics", "killed_by_kill", "kill -KILL $$", status=137)
same("basics", "segfault", "kill -SEGV $$", status=139)
same("basics", "stdin_passes", ["/bin/cat"], stdin=bytes(range(256)) * 4096, text=lambda t: str(hash(t)))
same("basics", "stdin_is_empty", ["/usr/bin/wc", "-c"])
same("basics", "stderr_is_apart", "echo out; echo err >&2")
same("basics", "environment", ["/usr/bin/env"], env={"MARK": "from outside", "EMPTY": ""},
     text=lambda t: "\n".join(sorted(t.split("\n"))))
same("basics", "working_directory", "pwd; cd ..; /bin/pwd", status=0)
same("basics", "identity", "id -u; id -g; umask; whoami 2>&1")
same("basics", "no_argument_is_lost", ["/usr/bin/printf", "[%s]", *map(str, range(2000))])
same("basics", "long_argument", ["/bin/bash", "-c", 'echo ${#1}', "-", "x" * 100000])
same("basics", "large_output", "seq 1 200000", text=lambda t: str(hash(t)))
same("basics", "reader_goes_away", "set -o pipefail; yes | head -n 3", status=141)
same("basics", "writes_stay_inside", "echo x > new; cat new; mkdir d && mv new d/ && ls d", status=0)
same("basics", "clock", "date +%Y-%m-%d", status=0)

# --- busybox: one static binary

same("busybox", "shell", ["/bin/busybox", "sh", "-c", "for i in 1 2 3; do echo $i; done | /bin/busybox tac; exit 5"],
     needs=["busybox"], status=5)
same("busybox", "applets", ["/bin/busybox", "sh", "-c", """
  b=/bin/busybox
  $b seq 20 | $b grep 1 | $b sort -rn | $b head -n 4
  echo hello | $b md5sum; echo abc | $b tr a-c A-C; $b basename /x/y; $b expr 6 '*' 7
  $b mkdir -p a/b && $b touch a/b/c && $b find a | $b sort
"""], needs=["busybox"], status=0)
same("busybox", "subshells", ["/bin/busybox", "sh", "-c", "x=$(echo $(echo deep)); (exit 3); echo $x $?"], needs=["busybox"])
same("busybox", "background", ["/bin/busybox", "sh", "-c", "/bin/busybox sleep 0.1 & wait $!; echo waited $?"], needs=["busybox"])

# --- bash

same("bash", "pipeline", "printf '%s\\n' c a b | sort | tr a-z A-Z | paste -sd,; echo ${PIPESTATUS[*]}", status=0)
same("bash", "here_documents", "x=val; cat <<A; cat <<'B'; cat <<<\"$x\"\n1 $x $(echo sub)\nA\n2 $x\nB\n", status=0)
same("bash", "large_here_document", "cat <<A | cksum\n" + "line of text\n" * 8000 + "A\n")
same("bash", "traps", "trap 'echo bye' EXIT; trap 'echo usr1' USR1; kill -USR1 $$; trap 'echo err' ERR; false; echo end", status=0)
same("bash", "trap_during_wait", "trap 'echo got; exit 9' TERM; (sleep 0.2; kill -TERM $$) & wait", status=9)
same("bash", "background_jobs", "for i in 1 2 3; do (exit $i) & p[$i]=$!; done; for i in 1 2 3; do wait ${p[$i]}; echo $?; done")
same("bash", "wait_n", "(sleep 0.2; exit 7) & wait -n; echo $?; wait -n; echo $?", status=0)
same("bash", "job_table", "sleep 100 & jobs -r | sed 's/ \\+/ /g'; kill %1; wait %1; echo $?", text=lambda t: t)
same("bash", "process_substitution", "diff <(seq 5) <(seq 2 6); tee >(wc -l) < /etc/passwd > /dev/null | cat", status=None,
     text=lambda t: t)
same("bash", "coprocess", "coproc C { while read l; do echo \"<$l>\"; done; }; echo hi >&${C[1]}; read r <&${C[0]}; echo $r", status=0)
same("bash", "descriptors", "exec 5>f; echo five >&5; exec 5>&-; cat f; echo x >&5; echo $?", stderr=False)
same("bash", "globs_and_arrays", "touch {a,b}{1..3}.txt; echo *.txt; f=(*1*); echo ${#f[@]}", status=0)
same("bash", "tests_of_files", "for f in /etc/passwd /etc /dev/null /nope /bin/sh; do for t in e f d c x L; do [ -$t $f ] && echo $t $f; done; done")
same("bash", "read_from_fifo", "mkfifo p; (echo through > p) & read x < p; echo $x", status=0)
same("bash", "stop_and_continue", "sleep 0.3 & kill -STOP $!; kill -CONT $!; wait $!; echo $?", status=0)
same("bash", "ulimits", "ulimit -n 64; ulimit -n; ulimit -c 0; ulimit -c", status=0)
same("bash", "times_and_fork", "for i in $(seq 100); do (:); done; echo done", status=0)
same("bash", "exec_replaces", "exec /bin/echo replaced", status=0)
same("bash", "command_not_found", "no_such_command_here", status=127)

# --- coreutils, findutils, tar, gzip

same("coreutils", "ls_recursive", "ls -lR /usr/share/doc | wc -l", status=0, timeout=120)
same("coreutils", "ls_long", "ls -ln /usr/bin | head -200; ls -lA /etc/alternatives | tail -20", timeout=60)
same("coreutils", "find", "find /usr/share/doc -name 'copyright' | sort | head -500", status=0, timeout=120)
same("coreutils", "find_by_type", "find /usr/lib -maxdepth 2 -type l | sort | xargs -n1 readlink | sort | uniq -c | sort -rn | head", timeout=120)
same("coreutils", "sort", "seq 50000 | shuf --random-source=/usr/share/common-licenses/GPL-3 | sort -n | sha256sum", timeout=60)
same("coreutils", "xargs_parallel", "seq 40 | xargs -P4 -n1 sh -c 'echo $0' | sort -n | paste -sd+ | bc", needs=["bc"], timeout=60)
same("coreutils", "xargs_parallel_sorted", "seq 40 | xargs -P4 -n1 sh -c 'echo $0' | sort -n | cksum", status=0, timeout=60)
same("coreutils", "cp_recursive", "cp -r /usr/share/doc/bash /usr/share/common-licenses . && find . ! -type d -printf '%M %s %p\\n' | sort | cksum; find . -type d | sort", status=0, timeout=60)
same("coreutils", "cp_preserves", "cp -a /usr/share/common-licenses c && stat -c '%n %a %s %Y %F' c/* | sort", status=0, timeout=60)
same("coreutils", "tar_pipe", "mkdir o && tar c -C /usr/share common-licenses | tar x -C o && diff -r o/common-licenses /usr/share/common-licenses && ls o", status=0, timeout=60)
same("coreutils", "gzip", "cat /usr/share/common-licenses/* > t; gzip -k9 t; ls -l t.gz | awk '{print $5}'; gunzip -c t.gz | cmp - t && echo equal", status=0)
same("coreutils", "sha256sum", "cd /usr/bin && sha256sum bash sort tar env > /tmp/sums && sha256sum -c /tmp/sums; cat /tmp/sums; rm /tmp/sums", status=0, timeout=60)
same("coreutils", "links_and_modes", "echo a>f; ln f g; ln -s f s; chmod 751 f; stat -c '%a %h %F' f g s; readlink s; rm f; cat g; cat s", stderr=True)
same("coreutils", "rename_and_remove", "mkdir -p a/b/c; touch a/b/c/f; mv a/b z; find . | sort; rm -r z; rmdir a; find . ; rmdir /usr/share", stderr=True)
same("coreutils", "truncate_and_dd", "truncate -s 1M s; dd if=/dev/zero of=s bs=4k seek=3 count=2 conv=notrunc 2>/dev/null; stat -c %s s; od -c s | head -3", status=0)
same("coreutils", "dev_nodes", "head -c 100 /dev/zero | wc -c; head -c 64 /dev/urandom | wc -c; echo x > /dev/null; echo y > /dev/full", stderr=True)
same("coreutils", "touch_times", "touch -d '2001-02-03 04:05:06.789 UTC' f; TZ=UTC stat -c '%y' f; touch -r f g; [ f -nt g ] || echo same", status=0)
same("coreutils", "grep_and_sed", "grep -rc Free /usr/share/common-licenses | sort; sed -n '1,5s/ *//p' /usr/share/common-licenses/GPL-2", timeout=60)
same("coreutils", "mktemp_and_tee", "f=$(mktemp); echo x | tee $f | cat; echo y | tee -a $f; cat $f; rm $f; [ -e $f ] || echo gone", status=0)
same("coreutils", "timeout", "timeout 0.2 sleep 10; echo $?", status=0)
same("coreutils", "nproc_agrees", "[ $(nproc) -ge 1 ] && echo some", status=0)
same("coreutils", "df_and_stat_fs", "df . > /dev/null && stat -f -c '%l' . && echo ok", status=0)

if __name__ == "__main__":
    main()
