#!/usr/bin/env python3
"""Developers' tools: compilers, make, git, sqlite3, gdb, strace."""
# groups: build git sqlite debug
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import main, same  # noqa: E402

same("build", "compile_and_run", "gcc -O2 -Wall -o crash crash.c && ./crash 3; echo $?", needs=["gcc"], files=["crash.c"], status=0,
     timeout=60)
same("build", "compile_through_pipe", "gcc -pipe -xc - -o t <<< 'int puts(const char*); int main(void) { puts(__FILE__); return 4; }' && ./t",
     needs=["gcc"], status=4, timeout=60)
same("build", "compiler_error", "echo 'int main(' > e.c; gcc e.c", needs=["gcc"], status=1, timeout=60)
same("build", "static_library", """
  for f in a b; do echo "int $f(void) { return 2; }" > $f.c; gcc -c $f.c; done; ar rcs libx.a a.o b.o
  echo 'int a(void), b(void); int main(void) { return a() + b(); }' > m.c; gcc m.c libx.a -o m; ./m; echo $?
""", needs=["gcc", "ar"], status=0, timeout=60)
same("build", "make_parallel", """
  mkdir src && for i in 1 2 3 4 5 6; do echo "int f$i(void) { return $i; }" > src/f$i.c; done
  { for i in 1 2 3 4 5 6; do echo "int f$i(void);"; done; echo 'int main(void) { return f1()+f2()+f3()+f4()+f5()+f6(); }'; } > src/main.c
  printf 'O=$(patsubst %%.c,%%.o,$(wildcard src/*.c))\\nprog: $O\\n\\t@gcc -o $@ $^\\n%%.o: %%.c\\n\\t@gcc -c -o $@ $<\\n' > Makefile
  make -j2 && ./prog; echo $?; make -j2; touch src/f3.c; make -n | wc -l
""", needs=["gcc", "make"], status=0, timeout=90)

GIT = "export GIT_AUTHOR_DATE='2020-01-01 00:00 +0000' GIT_COMMITTER_DATE='2020-01-01 00:00 +0000' GIT_CONFIG_NOSYSTEM=1; " \
      "git config --global user.name T; git config --global user.email t@example.org; git config --global init.defaultBranch main; "

same("git", "init_add_commit_log", GIT + """
  git init -q r && cd r && for i in $(seq 50); do echo $i > f$i; done && git add . && git commit -qm first && echo more >> f7 &&
  git status --short && git commit -qam second && git log --format='%h %s' && git diff --stat HEAD~1 && git fsck
""", needs=["git"], status=0, timeout=60)
same("git", "clone_locally", GIT + """
  git init -q r && (cd r && cp -r /usr/share/common-licenses . && git add . && git commit -qm all) && git clone -q r c && cd c &&
  git log --oneline && git ls-files | wc -l && git checkout -qb topic && git rm -q common-licenses/GPL-1 && git commit -qm less &&
  git push -q origin topic && git -C ../r branch && git gc -q && git count-objects -v | grep -v size
""", needs=["git"], status=0, timeout=60)
same("git", "merge_and_rebase", GIT + """
  git init -q . && seq 9 > f && git add f && git commit -qm base && git checkout -qb a && sed -i 1s/1/one/ f && git commit -qam a &&
  git checkout -q main && sed -i 9s/9/nine/ f && git commit -qam b && git merge -q -m merged a && git log --format=%s && cat f && git stash list
""", needs=["git"], status=0, timeout=60)

same("sqlite", "ten_thousand_inserts", """
  { echo 'create table t(a integer primary key, b text);'; echo 'begin;'
    for i in $(seq 10000); do echo "insert into t(b) values('row $i');"; done; echo 'commit; select count(*), sum(a), max(length(b)) from t;'
  } | sqlite3 db; sqlite3 db 'pragma integrity_check'; stat -c %s db
""", needs=["sqlite3"], status=0, timeout=60)
same("sqlite", "small_transactions", """
  sqlite3 db 'create table t(a)'; for i in 1 2 3; do sqlite3 -cmd '.timeout 30000' db "insert into t values($i)" & done; wait; sqlite3 db 'select sum(a) from t'
""", needs=["sqlite3"], status=0, timeout=60)
same("sqlite", "write_ahead_log", """
  sqlite3 db 'pragma journal_mode=wal; create table t(a); insert into t values(1);'; sqlite3 db 'insert into t values(2); select * from t;'; ls
""", needs=["sqlite3"], status=0, timeout=60)


def only(pattern):
    """Keeps what the pattern finds: addresses, pids and versions of tools differ from run to run."""
    return lambda text: "\n".join(re.findall(pattern, text, re.M))


same("debug", "gdb_on_a_crash", """
  gcc -g -O0 -o crash crash.c && gdb -nx -batch -ex run -ex bt -ex 'info registers rip' -ex 'print *p' -ex kill --args ./crash crash
""", needs=["gcc", "gdb"], files=["crash.c"], stderr=False, timeout=90,
     text=only(r"Program received signal SIGSEGV|crash_here \(p=0x0\)|main \(argc=2|Cannot access memory at address 0x0"))
same("debug", "gdb_breakpoints_and_steps", """
  gcc -g -O0 -o crash crash.c && gdb -nx -batch -ex 'set can-use-hw-watchpoints 0' -ex 'break add' -ex run -ex finish -ex next -ex 'print total' -ex 'watch total' -ex continue \\
    -ex continue -ex kill --args ./crash 3
""", needs=["gcc", "gdb"], files=["crash.c"], stderr=False, timeout=90,
     text=only(r"^Breakpoint 1, add.*|Value returned is .*|^\$\d+ = \d+|^(?:Old|New) value = \d+"))
same("debug", "strace_follows_children", """
  strace -f -qq -e trace=write,exit_group -e signal=none -o log /bin/sh -c 'echo one; (echo two; exit 3); echo $?'
  sed 's/^[0-9]* *//' log
""", needs=["strace"], status=0, timeout=60)
same("debug", "strace_counts", """
  strace -f -c -o log /bin/cat /etc/hostname > /dev/null && awk '$NF ~ /^(execve|exit_group|read|write|openat)$/ {print $NF}' log | sort -u
""", needs=["strace"], status=0, timeout=60)
same("debug", "strace_attaches", """
  sleep 30 & strace -p $! -e trace=none -o log & tracer=$!; until grep -q "TracerPid:.$tracer" /proc/$(jobs -p | head -1)/status; do :; done
  kill %1; wait $tracer; tail -1 log
""", needs=["strace"], stderr=False, timeout=60)
same("debug", "ptrace_from_gcc_program", "gcc -o t tracer.c && ./t", needs=["gcc"], files=["tracer.c"], status=0, timeout=60)

if __name__ == "__main__":
    main()
