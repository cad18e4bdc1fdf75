"""Loads of whole programs.  Each is a shell script whose measured part does a fixed amount of work, so that times compare;
servers are asked over loopback.  A load is skipped where one of its programs is missing."""
import shutil
from dataclasses import dataclass, field

from workloads import script

# $share is a directory of the host that all systems see, for reading and writing.


@dataclass
class Load:
    name: str
    measured: str
    prepare: str = ""
    programs: tuple = ()
    goals: list = field(default_factory=list)

    def missing(self):
        return [program for program in self.programs if shutil.which(program) is None]

    def text(self):
        return script(self.prepare, self.measured)


_TREE = """
mkdir "$work/tree"
awk -v top="$work/tree" 'BEGIN { for (i = 0; i < 3000; i++) { d = top "/d" int(i / 100); if (i % 100 == 0) system("mkdir " d);
  f = d "/" i; for (j = 0; j < 20; j++) print "line " j " of file " i > f; close(f) } }'
"""

_MAKE = """
cd "$work"
awk 'BEGIN { for (i = 0; i < 12; i++) { f = "m" i ".c"; print "#include <stdio.h>\\nint f" i "(int n) { return n * " i "; }" > f; close(f) }
  printf "int main(void) { return 0; }\\n" > "main.c";
  printf "o = main.o" > "Makefile"; for (i = 0; i < 12; i++) printf " m%d.o", i > "Makefile"; print "\\nall: $(o)\\n\\tcc -o all $(o)" > "Makefile" }'
"""

_REDIS = """
redis-server --port 6399 --save "" --daemonize yes --dir "$work" --pidfile "$work/redis.pid" > /dev/null
until redis-cli -p 6399 ping > /dev/null 2>&1; do sleep 0.05; done
trap 'kill $(cat "$work/redis.pid"); rm -rf "$work"' EXIT
"""

_NGINX = """
mkdir "$work/html"
head -c 1024 /dev/zero > "$work/html/1k"
cat > "$work/nginx.conf" <<END
daemon on; pid $work/nginx.pid; error_log stderr; worker_processes 1;
events { worker_connections 256; }
http { access_log off; client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work; uwsgi_temp_path $work;
  scgi_temp_path $work; server { listen 127.0.0.1:8399; root $work/html; } }
END
chmod -R a+rx "$work"
nginx -e stderr -c "$work/nginx.conf"
trap 'kill $(cat "$work/nginx.pid"); rm -rf "$work"' EXIT
"""

_IPERF = """
iperf3 -s -p 5399 -D --pidfile "$work/iperf.pid"
until grep -qi ':1517 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.05; done
trap 'kill $(tr -d "\\0" < "$work/iperf.pid"); rm -rf "$work"' EXIT
"""

_SQLITE = """
( echo "create table t(a integer primary key, b text);"
  i=0; while [ $i -lt 300 ]; do echo "insert into t(b) values ('row $i');"; i=$((i + 1)); done ) > "$work/commits.sql"
"""


def _fio(directory, mode):
    return (f'fio --name=x --directory="{directory}" --filename=fio.dat --rw={mode} --bs=4k --size=32m --io_size=32m'
            ' --ioengine=psync --randseed=1 --fallocate=none --invalidate=0 > /dev/null')


def _fio_load(place, directory, mode):
    return Load(f"fio {mode}, {place}, 32 MB of 4 KiB", _fio(directory, mode),
                f'head -c 32m /dev/zero > "{directory}/fio.dat"', ("fio",))


# wrk measures for a time of its own: what 10,000 requests take comes from its rate.
_WRK = """
rate=$(wrk -t1 -c16 -d2s http://127.0.0.1:8399/1k | awk '/Requests\\/sec/ { print $2 }')
begin=0; override=$(awk -v r="$rate" 'BEGIN { printf "%d", 10000 / r * 1e9 }')
"""

LOADS = [
    Load("shell loop of 100 commands", 'i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i + 1)); done'),
    Load("python3 -c pass, 5 times", 'for i in 1 2 3 4 5; do python3 -c pass; done', programs=("python3",)),
    Load("make, 13 C files, -j2", 'make -s -j2', _MAKE, ("make", "cc")),
    Load("find /usr/share", 'find /usr/share -type f > /dev/null 2>&1 || true'),
    Load("grep -r, 3,000 files", 'grep -r "no such line" "$work/tree" || true', _TREE),
    Load("tar c | tar x, 3,000 files", 'mkdir "$work/copy"; tar -C "$work/tree" -c . | tar -C "$work/copy" -x', _TREE),
    Load("sha256sum of 100 MB", 'sha256sum "$work/big" > /dev/null', 'head -c 100m /dev/zero > "$work/big"'),
    Load("pipe of 200 MB", 'head -c 200m /dev/zero | cat > /dev/null'),
    Load("sqlite3, 300 commits", 'sqlite3 "$work/db" < "$work/commits.sql"', _SQLITE, ("sqlite3",)),
    Load("redis-benchmark, 20,000 GET and SET", 'redis-benchmark -p 6399 -c 50 -n 10000 -t get,set -q > /dev/null', _REDIS,
         ("redis-server", "redis-benchmark")),
    Load("nginx + wrk, 10,000 of 1 KB", _WRK, _NGINX, ("nginx", "wrk")),
    Load("iperf3, 1 GB over loopback", 'iperf3 -c 127.0.0.1 -p 5399 -n 1G > /dev/null', _IPERF, ("iperf3",)),
    Load("sysbench cpu", 'sysbench cpu --events=500 --time=0 run > /dev/null', programs=("sysbench",)),
    Load("sysbench memory", 'sysbench memory --memory-total-size=2G --time=0 run > /dev/null', programs=("sysbench",)),
    Load("sysbench threads", 'sysbench threads --threads=4 --events=1000 --time=0 run > /dev/null', programs=("sysbench",)),
    Load("sysbench mutex", 'sysbench mutex --threads=4 --mutex-num=64 --mutex-locks=20000 --mutex-loops=1000 run > /dev/null',
         programs=("sysbench",)),
    Load("hackbench, 2 groups", 'hackbench -g 2 -l 100 > /dev/null', programs=("hackbench",)),
    Load("stress-ng fault, 20,000", 'stress-ng --quiet --fault 1 --fault-ops 20000 --temp-path "$work"', programs=("stress-ng",)),
    *(_fio_load(place, directory, mode) for place, directory in (("temporary files", "$work"), ("host files", "$share"))
      for mode in ("read", "randread", "write", "randwrite")),
]
