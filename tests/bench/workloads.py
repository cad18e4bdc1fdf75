"""Work of real programs, as shell scripts that print how many nanoseconds their measured part took."""

_TIMED = """
set -e
override=
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{prepare}
begin=$(date +%s%N)
{measured}
end=$(date +%s%N)
echo "took ${override:-$((end - begin))}"
"""

_COMPILE = """
awk 'BEGIN {
  print "#include <stdio.h>\\n#include <stdlib.h>\\n#include <string.h>"
  for (i = 0; i < 150; i++)
    printf "int f%d(int n) { int a = 0; for (int i = 0; i < n; i++) a += i %% %d ? i : -i; return a; }\\n", i, i + 2
  print "int main(int argc, char** argv) { int a = 0;"
  for (i = 0; i < 150; i++) printf "a += f%d(argc);\\n", i
  print "printf(\\"%d\\\\n\\", a); return 0; }"
}' > "$work/program.c"
"""

_GIT = """
export HOME="$work" GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
mkdir "$work/tree"
cd "$work/tree"
git init -q .
awk 'BEGIN { for (i = 0; i < 2000; i++) { d = "d" int(i / 100); if (i % 100 == 0) system("mkdir " d);
  f = d "/" i; print "line " i "\\nand another of file " i > f; close(f) } }'
"""


def script(prepare, measured):
    """`measured` may set override to the nanoseconds that count instead of its own."""
    return _TIMED.replace("{prepare}", prepare).replace("{measured}", measured)


WORKLOADS = {
    # Some of it is for root alone.
    "ls -lR /usr/share": script("", "ls -lR /usr/share > /dev/null 2>&1 || true"),
    "compile a C file": script(_COMPILE, 'gcc -O2 -o "$work/program" "$work/program.c"'),
    "git add, commit, status": script(
        _GIT, "git add . && git commit -q -m all && git status -s"),
}


def took_ms(output):
    for line in output.split("\n"):
        if line.startswith("took "):
            return int(line.split()[1]) / 1e6
    return None
