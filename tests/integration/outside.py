#!/usr/bin/env python3
"""--net=user: what a guest reaches outside, what it does not, and how it is reached.

The far side is a server of this script on the host's loopback, which the policy grants: the guest finds it at 10.0.2.2.
"""
# groups: tcp udp web names publish policy limits metadata host broker
import contextlib
import http.server
import json
import os
import signal
import socket
import struct
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import case, check, main  # noqa: E402
from sandbox import descendants  # noqa: E402

PYTHON = "/usr/bin/python3"


def serve(family=socket.AF_INET, host="127.0.0.1", handler=None):
    """A server that handles each connection on a thread: by default it echoes in upper case until the end."""
    def echo(connection):
        with contextlib.suppress(ConnectionResetError):  # The limits may cut it off.
            while data := connection.recv(65536):
                connection.sendall(data.upper())
        connection.close()

    listener = socket.create_server((host, 0), family=family)

    def loop():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=handler or echo, args=(connection,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    return listener, listener.getsockname()[1]


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(machine, scratch, script, *flags, timeout=60, net="user"):
    scratch.fill()
    result = machine.run([PYTHON, "-c", script], scratch, flags=[f"--net={net}", *flags], timeout=timeout)
    check(result.status == 0, result)
    return result


@case("tcp")
def echo(machine, scratch):
    listener, port = serve()
    result = run(machine, scratch, f"""
import socket
s = socket.create_connection(('10.0.2.2', {port}))
print(s.getpeername(), s.getsockname()[0])
s.sendall(b'hello'); s.shutdown(socket.SHUT_WR)
out = b''
while data := s.recv(100): out += data
print(out)
""", f"--net-allow=127.0.0.1:{port}")
    check(result.out == f"('10.0.2.2', {port}) 10.0.2.100\nb'HELLO'\n", result)
    listener.close()


@case("tcp")
def bulk_both_ways(machine, scratch):
    listener, port = serve()
    result = run(machine, scratch, f"""
import hashlib, os, socket, threading
s = socket.create_connection(('10.0.2.2', {port}))
data = (b'0123456789abcdef' * 4096) * 256
def send(): s.sendall(data); s.shutdown(socket.SHUT_WR)
t = threading.Thread(target=send); t.start()
h, n = hashlib.sha256(), 0
while part := s.recv(1 << 17): h.update(part); n += len(part)
t.join()
print(n, h.hexdigest() == hashlib.sha256(data.upper()).hexdigest())
""", f"--net-allow=127.0.0.1:{port}")
    check(result.out == f"{16 << 20} True\n", result)
    listener.close()


@case("tcp")
def many_at_once(machine, scratch):
    listener, port = serve()
    result = run(machine, scratch, f"""
import asyncio
async def one(n):
    r, w = await asyncio.open_connection('10.0.2.2', {port})
    for i in range(5):
        w.write(b'x%d' % n); assert await r.readexactly(len(b'x%d' % n)) == b'X%d' % n
    w.close(); await w.wait_closed()
async def main(): await asyncio.gather(*(one(n) for n in range(200)))
asyncio.run(main()); print('done')
""", f"--net-allow=127.0.0.1:{port}")
    check(result.out == "done\n", result)
    listener.close()


@case("tcp")
def refused_is_refused(machine, scratch):
    port = free_port()
    result = run(machine, scratch, f"""
import socket
try: socket.create_connection(('10.0.2.2', {port}))
except OSError as e: print(type(e).__name__)
""", f"--net-allow=127.0.0.1:{port}")
    check(result.out == "ConnectionRefusedError\n", result)


@case("tcp")
def reset_is_a_reset(machine, scratch):
    def reset(connection):
        connection.recv(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    listener, port = serve(handler=reset)
    result = run(machine, scratch, f"""
import socket
s = socket.create_connection(('10.0.2.2', {port})); s.sendall(b'x')
try: print(s.recv(10))
except OSError as e: print(type(e).__name__)
""", f"--net-allow=127.0.0.1:{port}")
    check(result.out == "ConnectionResetError\n", result)
    listener.close()


@case("udp")
def datagrams(machine, scratch):
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    port = far.getsockname()[1]

    def answer():
        while True:
            try:
                data, who = far.recvfrom(65536)
                far.sendto(data.upper(), who)
            except OSError:
                return

    threading.Thread(target=answer, daemon=True).start()
    result = run(machine, scratch, f"""
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(20)
for size in (0, 1, 1000, 9000):
    s.sendto(b'a' * size, ('10.0.2.2', {port})); data, who = s.recvfrom(65536)
    print(len(data), data == b'A' * size, who[0])
""", f"--net-allow=127.0.0.1:{port}")
    check(result.out == "".join(f"{n} True 10.0.2.2\n" for n in (0, 1, 1000, 9000)), result)
    far.close()


@case("udp")
def nobody_there(machine, scratch):
    far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    far.bind(("127.0.0.1", 0))
    port = far.getsockname()[1]
    far.close()
    result = run(machine, scratch, f"""
import socket
for where in (('10.0.2.2', {port}), ('10.0.2.2', {port ^ 1}), ('192.168.77.77', 7)):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(20)
    s.connect(where); s.send(b'x')
    try: s.recv(10)
    except OSError as e: print(e.errno)
""", f"--net-allow=127.0.0.1:{port}")
    check(result.out == "111\n113\n113\n", result)  # ECONNREFUSED, EHOSTUNREACH


class Pages(http.server.BaseHTTPRequestHandler):
    """A large page at every path, and what was posted in upper case."""
    protocol_version = "HTTP/1.1"
    page = b"".join(b"line %d\n" % n for n in range(100_000))

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(self.page)

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])).upper())

    def log_message(self, *_):
        pass


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve_pages():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, server.server_address[1]


def fetch(machine, scratch, argv):
    server, port = serve_pages()
    scratch.fill()
    argv = [word.replace("URL", f"http://10.0.2.2:{port}/page") for word in argv]
    result = machine.run(argv, scratch, flags=["--net=user", f"--net-allow=127.0.0.1:{port}"], timeout=60)
    server.shutdown()
    server.server_close()
    check(result.status == 0, result)
    return result.out.encode()


@case("web", needs=["curl"])
def curl(machine, scratch):
    check(fetch(machine, scratch, ["curl", "-sS", "URL"]) == Pages.page, "another page")
    posted = fetch(machine, scratch, ["curl", "-sS", "--data-binary", "@/usr/share/common-licenses/GPL-3", "URL"])
    check(posted == Path("/usr/share/common-licenses/GPL-3").read_bytes().upper(), "another answer")


@case("web", needs=["wget"])
def wget(machine, scratch):
    check(fetch(machine, scratch, ["wget", "-q", "-O-", "URL"]) == Pages.page, "another page")


@case("web")
def python_client(machine, scratch):
    got = fetch(machine, scratch, [PYTHON, "-c", "import urllib.request, sys; "
                                   "sys.stdout.write(urllib.request.urlopen('URL').read().decode())"])
    check(got == Pages.page, "another page")


@case("web", needs=["apt-get", "apt-cache"], users=("root",))
def apt_get_update(machine, scratch):
    """From a mirror that is a directory with a list of one package."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: Files(*args, directory=scratch.work))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    scratch.fill()
    (scratch.work / "Packages").write_text(
        "Package: far-away\nVersion: 1.5\nArchitecture: all\nMaintainer: nobody\nFilename: ./far-away.deb\n"
        f"Size: 1\nSHA256: {'0' * 64}\nDescription: a package\n")
    source = f"deb [trusted=yes] http://far.example:{server.server_address[1]}/ ./"
    options = "-o Dir::Etc::SourceList=/etc/apt/far.list -o Dir::Etc::SourceParts=- -o Debug::NoLocking=1"
    result = machine.run(["/bin/sh", "-ec", f"echo '{source}' > /etc/apt/far.list; apt-get {options} update; "
                          f"apt-cache {options} policy far-away"], scratch, timeout=120,
                         flags=["--net=user", f"--net-allow=127.0.0.1:{server.server_address[1]}",
                                "--add-host=far.example:10.0.2.2"])
    server.shutdown()
    server.server_close()
    check(result.status == 0 and "Candidate: 1.5" in result.out, result)


def serve_names(zone):
    """A resolver on a port of its own: A records from `zone`, NXDOMAIN for all else; what it was asked for."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    asked = []

    def question(query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        return ".".join(labels).lower(), struct.unpack(">H", query[at + 1:at + 3])[0], query[12:at + 5]

    def loop():
        while True:
            try:
                query, who = server.recvfrom(4096)
            except OSError:
                return
            name, kind, section = question(query)
            asked.append(name)
            address = zone.get(name)
            if name == "long.example" and len(query) == 12 + len(section):  # No EDNS: it does not fit.
                server.sendto(query[:2] + struct.pack(">HHHHH", 0x8380, 1, 0, 0, 0) + section, who)
                continue
            answers = address is not None and kind == 1
            flags = 0x8180 if address is not None else 0x8183
            reply = query[:2] + struct.pack(">HHHHH", flags, 1, 1 if answers else 0, 0, 0) + section
            if answers:
                reply += struct.pack(">HHHIH", 0xc00c, 1, 1, 60, 4) + socket.inet_aton(address)
            server.sendto(reply, who)

    threading.Thread(target=loop, daemon=True).start()
    return server, asked


@case("names")
def resolver_is_asked(machine, scratch):
    server, asked = serve_names({"here.example": "198.51.100.9", "long.example": "198.51.100.8", "inside.example": "127.0.0.1"})
    result = run(machine, scratch, """
import socket
for name in ('here.example', 'HERE.example', 'long.example', 'gone.example', 'other.test', 'inside.example'):
    try: print(name, socket.getaddrinfo(name, 80, proto=6)[0][4][0])
    except socket.gaierror as e: print(name, e.errno == socket.EAI_NONAME)
# A name never leads to what is never allowed.
try: socket.create_connection(('inside.example', 80))
except OSError as e: print(e.errno)
""", "--net-allow=*.example", f"--dns=127.0.0.1:{server.getsockname()[1]}")
    server.close()
    check(result.out == "here.example 198.51.100.9\nHERE.example 198.51.100.9\nlong.example 198.51.100.8\ngone.example True\nother.test True\n"
          "inside.example 127.0.0.1\n111\n", result)
    check("other.test" not in asked and "here.example" in asked, asked)


@case("names")
def resolver_over_a_stream(machine, scratch):
    server, asked = serve_names({"here.example": "198.51.100.9", "b.example": "198.51.100.8"})
    result = run(machine, scratch, """
import socket, struct
def query(number, name):
    body = struct.pack('>HHHHHH', number, 0x100, 1, 0, 0, 0) + b''.join(bytes([len(l)]) + l.encode() for l in name.split('.')) + struct.pack('>BHH', 0, 1, 1)
    return struct.pack('>H', len(body)) + body
def exactly(s, n):
    out = b''
    while len(out) < n:
        data = s.recv(n - len(out)); assert data, 'the end'
        out += data
    return out
def answer(s):
    body = exactly(s, struct.unpack('>H', exactly(s, 2))[0])
    number, flags = struct.unpack('>HH', body[:4]); return number, flags & 15, socket.inet_ntoa(body[-4:]) if flags & 15 == 0 else ''
for address in '10.0.2.3', 'fd00:5e:1::3':
    s = socket.create_connection((address, 53), 20)
    text = query(1, 'here.example') + query(2, 'gone.example') + query(3, 'other.test') + query(4, 'b.example')
    for i in range(len(text)): s.send(text[i:i + 1])
    print(sorted(answer(s) for _ in range(4)))
    for n in range(100): s.sendall(query(n, 'here.example'))
    s.shutdown(socket.SHUT_WR)
    print(sorted(answer(s)[0] for _ in range(100)) == list(range(100)), s.recv(1))
# What is no query ends it; so does leaving in the middle of one.
s = socket.create_connection(('10.0.2.3', 53), 20); s.sendall(struct.pack('>H', 20) + bytes([255]) * 20); print(s.recv(1))
s = socket.create_connection(('10.0.2.3', 53), 20); s.sendall(query(1, 'here.example')[:9]); s.shutdown(socket.SHUT_WR); print(s.recv(1))
s = socket.create_connection(('10.0.2.3', 53), 20); s.sendall(query(1, 'here.example')); s.close()
try: socket.create_connection(('10.0.2.3', 54), 20)
except OSError as e: print(e.errno)
""", "--net-allow=*.example", f"--dns=127.0.0.1:{server.getsockname()[1]}")
    server.close()
    answers = "[(1, 0, '198.51.100.9'), (2, 3, ''), (3, 3, ''), (4, 0, '198.51.100.8')]\nTrue b''\n"
    check(result.out == answers * 2 + "b''\nb''\n113\n", result)
    check("other.test" not in asked and "here.example" in asked, asked)


@case("names")
def resolver_that_is_not_there(machine, scratch):
    result = run(machine, scratch, """
import socket
try: socket.gethostbyname('here.example')
except OSError as e: print(type(e).__name__)
""", "--dns=127.0.0.1:9")
    check(result.out == "gaierror\n", result)


@case("names")
def added_hosts(machine, scratch):
    listener, port = serve()
    result = run(machine, scratch, f"""
import socket
print(open('/etc/resolv.conf').read().strip())
print(socket.gethostbyname('far.example'))
s = socket.create_connection(('far.example', {port})); s.sendall(b'hi'); print(s.recv(10))
""", f"--net-allow=127.0.0.1:{port}", "--add-host=far.example:10.0.2.2")
    check(result.out == "nameserver 10.0.2.3\n10.0.2.2\nb'HI'\n", result)
    listener.close()


@case("names")
def names_that_are_not_allowed_are_unknown(machine, scratch):
    result = run(machine, scratch, """
import socket
try: print(socket.getaddrinfo('example.org', 80))
except socket.gaierror as e: print(e.errno == socket.EAI_NONAME)
""", "--net-allow=198.51.100.1")
    check(result.out == "True\n", result)


@case("policy")
def what_is_not_granted_is_not_reached(machine, scratch):
    listener, port = serve()
    audit = scratch.top / "audit"
    script = f"""
import socket
for host in ('10.0.2.2', '169.254.169.254', '192.168.77.77', '127.0.0.1'):
    try: socket.create_connection((host, {port}), timeout=10); print(host, 'reached')
    except OSError as e: print(host, e.errno)
"""
    result = run(machine, scratch, script)
    # EHOSTUNREACH; on its own loopback the guest finds nobody.
    check(result.out == "10.0.2.2 113\n169.254.169.254 113\n192.168.77.77 113\n127.0.0.1 111\n", result)
    listener.close()


@case("policy")
def every_flow_leaves_a_line(machine, scratch):
    listener, port = serve()
    scratch.fill()
    audit = scratch.work / "audit"
    script = f"""
import socket
with socket.create_connection(('10.0.2.2', {port})) as s:
    s.sendall(b'hello'); assert s.recv(5, socket.MSG_WAITALL) == b'HELLO'
for host in ('169.254.169.254', '192.168.77.77', '198.51.100.1'):
    try: socket.create_connection((host, {port}), timeout=10)
    except OSError: pass
try: socket.gethostbyname('some.example')
except OSError: pass
"""
    result = machine.run([PYTHON, "-c", script], scratch, timeout=60,
                         flags=["--net=user", f"--net-audit={audit}", f"--net-allow=127.0.0.1:{port}"])
    check(result.status == 0, result)
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    seen = {line["address"]: (line["verdict"], line["rule"]) for line in lines if "address" in line}
    check(seen["127.0.0.1"] == ("allowed", f"allow 127.0.0.1:{port}"), lines)
    check(seen["169.254.169.254"] == ("denied", "never 169.254.0.0/16"), lines)
    check(seen["192.168.77.77"] == ("denied", "never 192.168.0.0/16"), lines)
    check(seen["198.51.100.1"] == ("denied", "not in the allow-list"), lines)
    flow = next(line for line in lines if line.get("address") == "127.0.0.1")
    check(flow["bytes_out"] == 5 and flow["bytes_in"] == 5 and flow["port"] == port, flow)
    check(any(line["kind"] == "dns" and line["name"] == "some.example" and line["verdict"] == "denied"
              for line in lines), lines)
    listener.close()


@case("policy")
def bad_rules_are_told(machine, scratch):
    for flag in ("--net-allow=10.0.0.0/40", "--net-allow=a b", "--net-deny=:80", "-p80", "-p1:2/icmp", "--add-host=x",
                 "--dns=nowhere"):
        result = machine.run(["/bin/true"], scratch, flags=["--net=user", flag])
        check(result.status == 125 and result.err.count("\n") == 1, f"{flag}: {result}")
    result = machine.run(["/bin/true"], scratch, flags=["--net-allow=192.0.2.1"])
    check(result.status == 125 and "--net=user" in result.err, result)


def writable(scratch):
    """Where files stay that the sandbox makes on the host."""
    scratch.top.chmod(0o777)
    return scratch.top


def control(path, text):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(text.encode())
        s.shutdown(socket.SHUT_WR)
        return s.makefile().read()


SINK = """
import socket, time
s = socket.create_connection(('10.0.2.2', {port}))
began = time.monotonic()
for _ in range({blocks}): s.sendall(bytes(4096))
s.shutdown(socket.SHUT_WR)
n = 0
while data := s.recv(1 << 16): n += len(data)
print(n, time.monotonic() - began)
"""


@case("limits")
def rates_both_ways(machine, scratch):
    """Half a megabyte at 1 MB/s behind a bucket of 64 KiB: not before its time, and all of it."""
    listener, port = serve()
    for way in ("rate-out", "rate-in"):
        result = run(machine, scratch, SINK.format(port=port, blocks=128), f"--net-allow=127.0.0.1:{port}", f"--net-limit={way}=1m/64k")
        size, took = result.out.split()
        check(int(size) == 512 << 10, result)
        check(0.4 <= float(took) < 5, result)
    listener.close()


@case("limits")
def datagrams_are_counted(machine, scratch):
    """Ten at once and then one each tenth of a second: the rest waits in the queue, and is not lost while that has room."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    port = server.getsockname()[1]
    times = []

    def take():
        for _ in range(14):
            server.recv(100)
            times.append(time.monotonic())
    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    run(machine, scratch, f"""
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('10.0.2.2', {port}))
for i in range(14): s.send(b'x')
time.sleep(1)
""", f"--net-allow=127.0.0.1:{port}", "--net-limit=packets-out=10/10")
    thread.join(5)
    check(len(times) == 14, times)
    check(times[13] - times[0] >= 0.3, times)
    server.close()


@case("limits")
def a_quota_is_the_end(machine, scratch):
    listener, port = serve()
    audit = writable(scratch) / "audit"
    result = run(machine, scratch, f"""
import socket
s = socket.create_connection(('10.0.2.2', {port}))
try:
    for _ in range(100): s.sendall(bytes(4096))
    while s.recv(1 << 16): pass
    print('end')
except OSError as e: print(e.strerror)
try: socket.create_connection(('10.0.2.2', {port}))
except OSError as e: print(e.strerror)
""", f"--net-allow=127.0.0.1:{port}", "--net-limit=quota-out=100k", f"--net-audit={audit}")
    # The end may be seen before the reset: then a write is told that nobody reads.
    check(result.out in ("Connection reset by peer\nNo route to host\n", "Broken pipe\nNo route to host\n"), result)
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    check([line.get("ended") for line in lines] == [None, "limit quota-out"] or [line.get("ended") for line in lines] == ["limit quota-out", None], lines)
    check(sorted(line["rule"] for line in lines)[1] == "limit quota-out", lines)
    check(0 < max(line["bytes_out"] for line in lines) <= 100 << 10, lines)
    listener.close()


@case("limits")
def replaced_while_it_runs(machine, scratch):
    """From a policy that the guest is stopped by to one that it goes on with, and to one that cuts it off."""
    came = threading.Event()

    def once(connection):
        with contextlib.suppress(ConnectionResetError):
            while data := connection.recv(65536):
                if data.startswith(b"cut"):
                    came.set()
                connection.sendall(data.upper())
        connection.close()

    listener, port = serve(handler=once)
    path = str(writable(scratch) / "control")
    rules = scratch.top / "rules"
    rules.write_text(f"# nothing else\nallow 127.0.0.1:{port}\nlimit flows=5\n")
    answers = []

    def operate():
        came.wait(30)
        answers.append(control(path, ""))
        answers.append(control(path, "allow everything, please"))
        answers.append(control(path, "policy none\n"))

    operator = threading.Thread(target=operate, daemon=True)
    operator.start()
    result = run(machine, scratch, f"""
import socket
s = socket.create_connection(('10.0.2.2', {port}))
s.sendall(b'one'); print(s.recv(10))
s.sendall(b'cut'); print(s.recv(10))
try: print(s.recv(10))
except OSError as e: print(e.strerror)
""", f"--net-policy-file={rules}", f"--net-control={path}")
    operator.join(10)
    check(result.out == "b'ONE'\nb'CUT'\nConnection reset by peer\n", result)
    check(answers[0].startswith("bytes_out 6\n") and "flows 1" in answers[0], answers)
    check(answers[1].startswith("line 1: ") and answers[2] == "ok\n", answers)
    check(not os.path.exists(path), "the socket is still there")
    listener.close()


@case("limits")
def what_is_no_policy(machine, scratch):
    scratch.fill()
    rules = scratch.top / "rules"
    rules.write_text("allow 192.0.2.1\nallow every/thing\n")
    for flag, words in ((f"--net-policy-file={rules}", "line 2: 'allow every/thing' is not"), ("--net-policy-file=/nowhere", "/nowhere: --net-policy-file"),
                        ("--net-limit=speed=1", "'speed=1' is not a limit"), ("--net-control=/nowhere/x", "/nowhere/x: --net-control")):
        result = machine.run(["/bin/true"], scratch, flags=["--net=user", flag])
        check(result.status == 125 and words in result.err, result)


METADATA = {"latest": {"meta-data": {"instance-id": "i-1", "tags": ["a", 2]}, "user-data": "#!/bin/sh\n"}}
ASK = """
import http.client, socket
c = http.client.HTTPConnection('169.254.169.254', timeout=20)
def ask(path, method='GET', **fields):
    c.request(method, path, headers=fields); r = c.getresponse(); return r.status, r.read().decode()
"""


@case("metadata")
def served_on_every_net(machine, scratch):
    """The tree by path, as text and as JSON, over one connection; nothing else is at that address."""
    file = scratch.top / "metadata.json"
    file.write_text(json.dumps(METADATA))
    for net in ("none", "loopback", "user"):
        scratch.fill()
        result = machine.run([PYTHON, "-c", ASK + """
print(ask('/'), ask('/latest/meta-data'), ask('/latest/meta-data/instance-id'), ask('/latest/user-data'), ask('/nothing')[0])
print(ask('/latest/meta-data/tags', Accept='application/json'), ask('/latest', 'POST')[0])
c.sock.sendall(b'nonsense\\r\\n\\r\\n'); print(c.sock.recv(12))
for port in (81, 443):
    try: socket.create_connection(('169.254.169.254', port), timeout=20); print('connected')
    except OSError: pass
"""], scratch, flags=[f"--net={net}", f"--metadata={file}"])
        check(result.status == 0, result)
        check(result.out == "(200, 'latest/') (200, 'instance-id\\ntags/') (200, 'i-1') (200, '#!/bin/sh\\n') 404\n"
              "(200, '[\"a\",2]') 405\nb'HTTP/1.1 400'\n", result)


@case("metadata")
def tokens_can_be_required(machine, scratch):
    file = scratch.top / "metadata.json"
    file.write_text(json.dumps(METADATA))
    scratch.fill()
    result = machine.run([PYTHON, "-c", ASK + """
print(ask('/latest/user-data')[0])
status, token = ask('/latest/api/token', 'PUT', **{'X-metadata-token-ttl-seconds': '60'})
print(status, len(token), ask('/latest/user-data', **{'X-metadata-token': token}), ask('/', **{'X-metadata-token': 'x'})[0])
"""], scratch, flags=["--net=user", f"--metadata={file}", "--metadata-token=required"])
    check(result.out == "401\n200 32 (200, '#!/bin/sh\\n') 401\n", result)


@case("metadata")
def many_connections(machine, scratch):
    """More than are served at once: the oldest that asks nothing makes room."""
    file = scratch.top / "metadata.json"
    file.write_text(json.dumps({"text": "x" * 300000}))
    scratch.fill()
    result = machine.run([PYTHON, "-c", ASK + """
idle = [socket.create_connection(('169.254.169.254', 80), timeout=20) for _ in range(100)]
print(len(ask('/text')[1]), idle[0].recv(1))
"""], scratch, flags=["--net=loopback", f"--metadata={file}"])
    check(result.out == "300000 b''\n", result)


@case("metadata")
def what_is_no_metadata(machine, scratch):
    scratch.fill()
    file = scratch.top / "metadata.json"
    file.write_text('{"a": 1,\n}')
    for flags, words in (([f"--metadata={file}"], "line 2: a name is missing"), (["--metadata=/nowhere"], "/nowhere: --metadata"),
                         (["--net=tap:x", f"--metadata={file}"], "it needs --net=none, loopback, user or host")):
        result = machine.run(["/bin/true"], scratch, flags=flags)
        check(result.status == 125 and words in result.err, result)


@case("host")
def the_host_is_reached_and_reaches_back(machine, scratch):
    """No rule is needed for the host's loopback; the port of a listener is the host's as long as it listens; a private one stays private."""
    listener, port = serve()
    ports = [free_port() for _ in range(2)]
    answers = []

    def call():
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", ports[0]), timeout=20) as s:
                s.sendall(b"hello")
                answers.append(s.recv(100))
                return
            time.sleep(0.05)
    caller = threading.Thread(target=call, daemon=True)
    caller.start()
    result = run(machine, scratch, f"""
import socket
s = socket.create_connection(('10.0.2.2', {port})); s.sendall(b'x'); print(s.recv(10))
private = socket.create_server(('127.0.0.1', {ports[1]}))
server = socket.create_server(('', {ports[0]}))
c, _ = server.accept(); c.sendall(c.recv(100).upper()); c.close(); server.close()
for there in {ports}:
    # Messages to the broker keep their order: once this flow is there the port is closed.
    socket.create_connection(('10.0.2.2', {port})).close()
    try: socket.create_connection(('10.0.2.2', there)); print('open')
    except OSError as e: print(e.strerror)
""", net="host")
    caller.join(30)
    check(answers == [b"HELLO"], answers)
    check(result.out == "b'X'\nConnection refused\nConnection refused\n", result)
    check("--net=host: warning: " in result.err, result)
    listener.close()


@case("host")
def a_port_that_is_taken(machine, scratch):
    listener, port = serve()
    result = run(machine, scratch, f"import socket; socket.create_server(('', {port})); socket.create_connection(('10.0.2.2', {port})).close(); print('on')", net="host")
    check(result.out == "on\n" and f"port {port} of this host: Address already in use" in result.err, result)
    result = machine.run(["/bin/true"], scratch, flags=["--net=host", "--net-allow=192.0.2.1"])
    check(result.status == 125 and "there is no policy with --net=host" in result.err, result)
    listener.close()


@case("broker")
def lost_broker_is_told(machine, scratch):
    """It is killed while a connection is open: nothing new is reached, and one line says so."""
    def kill_broker(connection):
        data = connection.recv(1)  # The guest knows that it is connected.
        for pid in descendants(os.getpid()):
            try:
                if Path(f"/proc/{pid}/comm").read_text() == "sentry-broker\n":
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        try:
            while data:
                connection.sendall(data)
                data = connection.recv(100)
        except OSError:
            pass  # A relayed connection ends with the broker.
        connection.close()

    listener, port = serve(handler=kill_broker)
    result = run(machine, scratch, f"""
import socket
s = socket.create_connection(('10.0.2.2', {port}))
s.sendall(b'x')
try: s.recv(1)  # The broker was killed before: the echo comes, or the end of the connection.
except OSError: pass
for i in range(200):
    try: socket.create_connection(('10.0.2.2', {port}), timeout=20).close()
    except OSError as e: print(e.errno); break
""", f"--net-allow=127.0.0.1:{port}")
    check(result.out == "101\n", result)  # ENETUNREACH
    check(result.err == "sentry: net broker: connection lost: nothing new is reached outside\n", result)
    listener.close()


@case("broker")
def nothing_is_started_unasked(machine, scratch):
    result = machine.run([PYTHON, "-c", """
import socket
print([name for _, name in socket.if_nameindex()])
try: socket.create_connection(('192.0.2.1', 80))
except OSError as e: print(e.errno)
"""], scratch)
    check(result.out == "['lo']\n101\n", result)


@case("publish")
def published_port(machine, scratch):
    port = free_port()
    got = []

    def client():
        for _ in range(400):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
                    s.sendall(b"to the guest")
                    data = s.recv(100)
                    if data:
                        got.append(data)
                        return
            except OSError:
                pass
            threading.Event().wait(0.05)

    thread = threading.Thread(target=client, daemon=True)
    thread.start()
    result = run(machine, scratch, """
import socket
s = socket.create_server(('0.0.0.0', 8080)); c, who = s.accept(); data = c.recv(100); c.sendall(data.upper()); print(data, who[0])
c.close()
""", f"-p{port}:8080")
    thread.join(10)
    check(result.out == "b'to the guest' 10.0.2.2\n", result)
    check(got == [b"TO THE GUEST"], got)


@case("publish", needs=["curl"])
def published_web_server(machine, scratch):
    """Many requests at once, to any port that the host had."""
    port, pages = free_port(), []

    def client():
        for _ in range(400):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
                    s.sendall(b"GET /data HTTP/1.0\r\n\r\n")
                    answer = b""
                    while part := s.recv(65536):
                        answer += part
                    if answer:
                        pages.append(answer.partition(b"\r\n\r\n")[2])
                        return
            except OSError:
                pass
            threading.Event().wait(0.05)

    clients = [threading.Thread(target=client, daemon=True) for _ in range(20)]
    for thread in clients:
        thread.start()
    result = run(machine, scratch, """
import http.server, threading
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_): pass
open('data', 'w').write('content ' * 50000)
server = http.server.ThreadingHTTPServer(('0.0.0.0', 8080), Handler)
left = threading.Semaphore(0)
finish = server.shutdown_request
def shutdown_request(request): finish(request); left.release()
server.shutdown_request = shutdown_request
threading.Thread(target=server.serve_forever, daemon=True).start()
for _ in range(20): left.acquire()
""", f"-p{port}:8080")
    for thread in clients:
        thread.join(30)
    check(pages == [b"content " * 50000] * 20, f"{len(pages)} pages of {set(map(len, pages))}; {result}")


@case("publish")
def published_datagrams(machine, scratch):
    port = free_port(socket.SOCK_DGRAM)
    got = []

    def client():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.1)
            for _ in range(300):
                s.sendto(b"ping", ("127.0.0.1", port))
                try:
                    got.append(s.recv(100))
                    return
                except OSError:
                    threading.Event().wait(0.05)

    thread = threading.Thread(target=client, daemon=True)
    thread.start()
    result = run(machine, scratch, """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 8081)); data, who = s.recvfrom(100)
s.sendto(data.upper(), who); print(data)
""", f"--publish={port}:8081/udp")
    thread.join(20)
    check(result.out == "b'ping'\n" and got == [b"PING"], f"{result} {got}")


if __name__ == "__main__":
    main()
