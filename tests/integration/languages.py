#!/usr/bin/env python3
"""Language runtimes: each does what its standard library leans on the kernel for."""
# groups: python perl node java compiled
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import main, same  # noqa: E402

PYTHON = "/usr/bin/python3"


def python(name, source, **options):
    same("python", name, [PYTHON, "-c", source], needs=[PYTHON], status=0, timeout=60, **options)


python("print", "import sys; print(1 + 1, sys.argv, sys.byteorder)")
python("subprocess", """
import subprocess
print(subprocess.run(['sort', '-r'], input=b'a\\nc\\nb\\n', capture_output=True).stdout)
p = subprocess.Popen('echo err >&2; exit 3', shell=True, stderr=subprocess.PIPE); print(p.communicate(), p.returncode)
try: subprocess.run(['sleep', '10'], timeout=0.2)
except subprocess.TimeoutExpired: print('timeout')
try: subprocess.run(['/no/such'])
except FileNotFoundError as e: print(e)
""")
python("threading", """
import threading, queue
q, results, lock = queue.Queue(), [], threading.Lock()
def work():
    while (n := q.get()) is not None:
        with lock: results.append(n * n)
threads = [threading.Thread(target=work) for _ in range(8)]
[t.start() for t in threads]; [q.put(n) for n in range(1000)]; [q.put(None) for _ in threads]; [t.join() for t in threads]
event = threading.Event(); threading.Timer(0.05, event.set).start()
print(sum(results), event.wait(5), threading.Condition().acquire(timeout=1))
""")
for method in ("fork", "spawn"):
    same("python", f"multiprocessing_{method}", [PYTHON, "multi.py", method], needs=[PYTHON], files=["multi.py"], status=0, timeout=90)
python("asyncio", """
import asyncio
async def tick(n):
    await asyncio.sleep(0.01 * n); return n
async def main():
    print(await asyncio.gather(*(tick(n) for n in range(5))))
    p = await asyncio.create_subprocess_exec('cat', stdin=-1, stdout=-1)
    print(await p.communicate(b'through cat'))
    try: await asyncio.wait_for(asyncio.sleep(10), 0.05)
    except asyncio.TimeoutError: print('timeout')
asyncio.run(main())
""")
python("mmap", """
import mmap, os
with open('m', 'wb') as f: f.write(b'a' * 10000)
with open('m', 'r+b') as f, mmap.mmap(f.fileno(), 0) as m:
    m[5000:5005] = b'HELLO'; m.flush(); print(m.find(b'HELLO'), m[4998:5007])
print(open('m', 'rb').read().count(b'a'))
shared = mmap.mmap(-1, 4096)
if os.fork() == 0: shared[:5] = b'child'; os._exit(0)
os.wait(); print(shared[:5])
private = mmap.mmap(os.open('m', os.O_RDONLY), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
private[0:1] = b'Z'; print(private[0:2], open('m', 'rb').read(2))
""")
python("sqlite3", """
import sqlite3
db = sqlite3.connect('test.db'); db.execute('pragma journal_mode=wal'); db.execute('create table t(a integer primary key, b text)')
with db: db.executemany('insert into t(b) values(?)', ((str(i) * 10,) for i in range(5000)))
other = sqlite3.connect('test.db'); print(other.execute('select count(*), sum(length(b)), max(a) from t').fetchone())
""")
python("signals", """
import signal, os, time
seen = []
for s in (signal.SIGUSR1, signal.SIGALRM, signal.SIGRTMIN + 1): signal.signal(s, lambda n, f: seen.append(n))
os.kill(os.getpid(), signal.SIGUSR1); signal.setitimer(signal.ITIMER_REAL, 0.02); signal.pause()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN + 1]); os.kill(os.getpid(), signal.SIGRTMIN + 1)
print(sorted(map(int, signal.sigpending())), seen); print(signal.sigwait([signal.SIGRTMIN + 1]) == signal.SIGRTMIN + 1)
r, w = os.pipe(); signal.alarm(1); signal.signal(signal.SIGALRM, lambda n, f: os.write(w, b'!')); print(os.read(r, 1))
""")
python("signal_kills_child", """
import os, signal
pid = os.fork()
if pid == 0: signal.pause()
os.kill(pid, signal.SIGTERM); p, s = os.wait(); print(os.WIFSIGNALED(s), os.WTERMSIG(s))
""")
python("selectors", """
import os, selectors, socket
a, b = socket.socketpair(); sel = selectors.DefaultSelector(); sel.register(a, selectors.EVENT_READ, 'a')
print(sel.select(0)); b.send(b'x'); print([(k.data, m) for k, m in sel.select(5)]); b.close(); a.recv(9); print(a.recv(9))
""")
python("unix_sockets", """
import socket, threading, array, os
s = socket.socket(socket.AF_UNIX); s.bind('sock'); s.listen()
def serve():
    c, _ = s.accept(); d, fds, *_ = socket.recv_fds(c, 10, 1); os.write(fds[0], b'via fd ' + d); c.close()
t = threading.Thread(target=serve); t.start()
c = socket.socket(socket.AF_UNIX); c.connect('sock'); r, w = os.pipe(); socket.send_fds(c, [b'msg'], [w]); t.join(); print(os.read(r, 99))
""")
python("files", """
import os, tempfile, shutil, stat
d = tempfile.mkdtemp(); p = os.path.join(d, 'f')
with open(p, 'w') as f: f.write('x' * 70000)
os.chmod(p, 0o640); s = os.stat(p); print(s.st_size, oct(stat.S_IMODE(s.st_mode)), s.st_nlink)
os.link(p, p + '2'); os.symlink('f', p + '3'); print(sorted(os.listdir(d)), os.readlink(p + '3'), os.stat(p).st_nlink)
os.rename(p + '2', p + '4'); os.truncate(p, 10); print(os.path.getsize(p + '4')); shutil.rmtree(d); print(os.path.exists(d))
print(sum(len(f) for _, _, f in os.walk('/usr/share/common-licenses')))
""")
python("http_server", """
import http.server, threading, urllib.request
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'page ' + self.path.encode())
    def log_message(self, *a): pass
s = http.server.ThreadingHTTPServer(('127.0.0.1', 0), H); threading.Thread(target=s.serve_forever, daemon=True).start()
print([urllib.request.urlopen(f'http://127.0.0.1:{s.server_port}/{n}').read() for n in range(3)]); s.shutdown()
""")
python("pty", """
import os, pty
pid, fd = pty.fork()
if pid == 0: os.execvp('sh', ['sh', '-c', 'tty -s && echo on a tty; stty size'])
out = b''
try:
    while d := os.read(fd, 999): out += d
except OSError: pass
print(out, os.waitpid(pid, 0)[1])
""")
python("proc_self", """
import os
print(os.readlink('/proc/self') == str(os.getpid()), open('/proc/self/comm').read(), open('/proc/self/cmdline').read().split('\\0')[0])
maps = open('/proc/self/maps').read(); print('[stack]' in maps, 'libc.so.6' in maps, len(os.listdir('/proc/self/fd')) >= 3)
print(os.readlink('/proc/self/cwd') == os.getcwd(), os.path.exists('/proc/self/exe'), open('/proc/sys/kernel/ostype').read())
""")

same("perl", "text", ["perl", "-e", 'my %c; $c{$_}++ for split //, "mississippi"; print join(",", map {"$_$c{$_}"} sort keys %c), "\\n"'],
     needs=["perl"], status=0)
same("perl", "processes", ["perl", "-e", """
use POSIX ':sys_wait_h'; $| = 1;
pipe(R, W); my $pid = fork; if (!$pid) { close R; print W "from child $0\\n"; exit 4 }
close W; print scalar <R>; waitpid $pid, 0; print $? >> 8, "\\n";
print `echo backticks`; system("exit 3"); print $? >> 8, "\\n"; open(P, "-|", "seq 3"); print <P>; close P;
local $SIG{ALRM} = sub { print "alarm\\n" }; alarm 1; select undef, undef, undef, 5;
"""], needs=["perl"], status=0)
same("perl", "files", ["perl", "-MFile::Find", "-e", 'my $n=0; find(sub {$n++ if -f}, "/usr/share/common-licenses"); print "$n\\n"; open F, ">x" or die; print F "a" x 5000; close F; print -s "x", "\\n"'],
     needs=["perl"], status=0)


def node(name, source, **options):
    same("node", name, ["node", "-e", source], needs=["node"], status=0, timeout=90, **options)


node("print", "console.log(process.argv.length, os.EOL === '\\n', [1,2,3].map(x => x * 2))")
node("child_process", """
const { spawn, execSync, fork } = require('child_process');
console.log(execSync('echo sync').toString());
const p = spawn('sort'); p.stdout.on('data', d => console.log(String(d))); p.on('close', c => console.log('closed', c));
p.stdin.end('b\\na\\n');
""")
node("worker_threads", """
const { Worker } = require('worker_threads');
const code = "const {parentPort, workerData} = require('worker_threads'); parentPort.postMessage(workerData * 2)";
Promise.all([1, 2, 3].map(n => new Promise(r => new Worker(code, {eval: true, workerData: n}).on('message', r)))).then(v => console.log(v));
""")
node("files", """
const fs = require('fs'); fs.writeFileSync('f', 'x'.repeat(100000)); fs.promises.readFile('f').then(b => console.log(b.length));
fs.mkdirSync('d/e', {recursive: true}); console.log(fs.readdirSync('.').sort()); fs.rmSync('d', {recursive: true}); console.log(fs.existsSync('d'));
setTimeout(() => console.log('timer'), 1000);
""")

same("java", "hello", "javac Hello.java && java -cp . Hello", needs=["javac"], files=["Hello.java"], status=0, timeout=180, stderr=False)

same("compiled", "go", ["./go_raw"], guests=["go_raw.go"], status=0, timeout=60)
same("compiled", "rust", ["./rust_raw"], guests=["rust_raw.rs"], status=0, timeout=60)
same("compiled", "assembly", ["./raw_syscalls"], guests=["raw_syscalls.S"], status=7)

if __name__ == "__main__":
    main()
