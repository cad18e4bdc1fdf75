#!/usr/bin/env python3
"""--net=tap, fd and netns: the guest's stack against the host's own, over devices in a network namespace that this script makes.

The host is 192.0.2.1 and 2001:db8::1, the guest 192.0.2.2 and 2001:db8::2.
"""
# groups: tap descriptor socket namespace capture
import contextlib
import ctypes
import fcntl
import os
import random
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import case, check, main  # noqa: E402
from sandbox import NOBODY, Skip, find_program  # noqa: E402

PYTHON = "/usr/bin/python3"
TUNSETIFF, IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x400454CA, 2, 0x1000, 0x4000
CLONE_NEWNET = 0x40000000
ADDRESSES = ["--net-address=192.0.2.2/24", "--net-address=2001:db8::2/64", "--net-gateway=192.0.2.1", "--net-gateway=2001:db8::1"]


def sh(command):
    subprocess.run(command, shell=True, check=True, stdin=subprocess.DEVNULL, timeout=30)


def own_namespace():
    """Once a process: everything that it makes is seen by nobody else, and ends with it."""
    if os.getuid() != 0:
        raise Skip("needs root to make interfaces")
    if not find_program("ip"):
        raise Skip("ip is not installed")
    if getattr(own_namespace, "done", False):
        return
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise Skip("no network namespace can be made here")
    sh("ip link set lo up")
    own_namespace.done = True


class Lab:
    """A way from the guest to the host: flags, descriptors to pass, and how its MTU is set."""

    def __init__(self, device, flags, fds=()):
        self.device, self.flags, self.fds = device, flags, list(fds)

    def run(self, machine, scratch, script, *flags, timeout=60):
        scratch.fill()
        result = machine.run([PYTHON, "-c", script], scratch, flags=[*self.flags, *flags], timeout=timeout, pass_fds=self.fds)
        check(result.status == 0, result)
        return result

    def set_mtu(self, mtu):
        sh(f"ip link set {self.device} mtu {mtu}")
        return [f"--net-mtu={mtu}"]


def open_tun():
    try:
        return os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise Skip(f"/dev/net/tun: {error.strerror}") from error


def open_tap(name, flags):
    fd = open_tun()
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI | flags))
    return fd


def configure(device):
    sh(f"ip addr add 192.0.2.1/24 dev {device}; ip addr add 2001:db8::1/64 dev {device} nodad; ip link set {device} up")


@contextlib.contextmanager
def tap(machine):
    os.close(open_tun())
    if machine.user != "root" and not os.stat("/dev/net/tun").st_mode & 0o006 == 0o006:
        raise Skip("/dev/net/tun is root's here")
    owner = "" if machine.user == "root" else f"user {NOBODY}"
    sh(f"ip tuntap add t0 mode tap {owner}")
    configure("t0")
    try:
        yield Lab("t0", ["--net=tap:t0", *ADDRESSES])
    finally:
        sh("ip link del t0")


@contextlib.contextmanager
def descriptor(machine):
    fd = open_tap("t0", IFF_VNET_HDR)
    configure("t0")
    try:
        yield Lab("t0", [f"--net=fd:{fd}", *ADDRESSES], [fd])
    finally:
        os.close(fd)


@contextlib.contextmanager
def unix_socket(machine):
    """Frames without a header in messages: what offloads there are must be done by the guest's side."""
    tap_fd = open_tap("t0", 0)
    configure("t0")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    stop = threading.Event()
    largest = [0]

    def carry():
        while not stop.is_set():
            ready, _, _ = select.select([tap_fd, ours], [], [], 0.1)
            if tap_fd in ready:
                ours.send(os.read(tap_fd, 70000))
            if ours in ready:
                frame = ours.recv(70000)
                largest[0] = max(largest[0], len(frame))
                with contextlib.suppress(OSError):
                    os.write(tap_fd, frame)

    thread = threading.Thread(target=carry)
    thread.start()
    try:
        lab = Lab("t0", [f"--net=fd:{theirs.fileno()}", *ADDRESSES], [theirs.fileno()])
        yield lab
        check(largest[0] <= 9014, f"a frame of {largest[0]} bytes")
    finally:
        stop.set()
        thread.join()
        os.close(tap_fd)
        ours.close()
        theirs.close()


class Prepared(Lab):
    """A namespace as a container engine leaves it, held by a descriptor."""

    def __init__(self, machine):
        linked = subprocess.run(["ldd", machine.sentry], capture_output=True, text=True, check=False).stdout
        if machine.user != "root" and "libtsan" in linked:
            raise Skip("setns(2) to a user namespace is for processes of one thread, and the thread sanitizer has its own")
        how = "-n" if machine.user == "root" else "-Urn"
        who = {} if machine.user == "root" else {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        with subprocess.Popen(["unshare", how, PYTHON, "-c", "print(flush=True); input()"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, start_new_session=True, **who) as maker:
            if maker.stdout.readline() != b"\n":
                raise Skip("no namespace can be made by an ordinary user")
            self.ns = os.open(f"/proc/{maker.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            sh(f"ip link add h0 type veth peer name eth0 netns {maker.pid}")
            maker.communicate(b"\n")
        super().__init__("h0", [f"--net=netns:/proc/self/fd/{self.ns}"], [self.ns])
        configure("h0")
        self.inside("ip addr add 192.0.2.2/24 dev eth0; ip addr add 2001:db8::2/64 dev eth0 nodad; ip link set eth0 up;"
                    "ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8::1")

    def inside(self, command):
        return subprocess.run(["nsenter", f"--net=/proc/{os.getpid()}/fd/{self.ns}", "/bin/sh", "-ec", command], check=True, timeout=30,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout

    def state(self):
        return self.inside("ip -o addr show dev eth0 | sed 's/ *valid_lft.*//; s/ tentative//'; ip route; ip -6 route")

    def set_mtu(self, mtu):
        sh(f"ip link set h0 mtu {mtu}")
        self.inside(f"ip link set eth0 mtu {mtu}")
        return []

    def close(self):
        os.close(self.ns)
        subprocess.run("ip link del h0", shell=True, check=False, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def namespace(machine):
    lab = Prepared(machine)
    try:
        # An address of IPv6 that is new is not for use at once.
        for _ in range(50):
            if "tentative" not in lab.inside("ip addr show dev eth0"):
                break
            time.sleep(0.1)
        yield lab
    finally:
        lab.close()


LABS = {"tap": tap, "descriptor": descriptor, "socket": unix_socket, "namespace": namespace}


def over(*groups, needs=()):
    """Registers a case for each way: body(machine, scratch, lab)."""
    def register(body):
        for group in groups or LABS:
            def wrapped(machine, scratch, group=group):
                own_namespace()
                with LABS[group](machine) as lab:
                    body(machine, scratch, lab)
            wrapped.__name__ = body.__name__
            case(group, needs=needs)(wrapped)
        return body
    return register


class Echo:
    """The host's side: what comes goes back, over TCP and UDP, IPv4 and IPv6, on one port."""

    def __enter__(self):
        self.tcp = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1000)
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.udp.bind(("::", self.port))
        threading.Thread(target=self._accept, daemon=True).start()
        threading.Thread(target=self._datagrams, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.tcp.shutdown(socket.SHUT_RDWR)
        self.tcp.close()
        self.udp.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.tcp.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    @staticmethod
    def _serve(connection):
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(1 << 18):
                connection.sendall(data)

    def _datagrams(self):
        with contextlib.suppress(OSError):
            while True:
                data, who = self.udp.recvfrom(65536)
                self.udp.sendto(data, who)


# For scripts inside.
CLIENT = """
import hashlib, os, random, socket, subprocess, sys, threading, time
HOSTS = ('192.0.2.1', '2001:db8::1')
def connect(host, port):
    s = socket.create_connection((host, port), 20); s.settimeout(40); return s
def bulk(host, port, size):
    s = connect(host, port); block = random.Random(size).randbytes(1 << 20); sent = hashlib.sha256(); got = hashlib.sha256()
    def send():
        left = size
        while left:
            piece = block[:left]; s.sendall(piece); sent.update(piece); left -= len(piece)
        s.shutdown(socket.SHUT_WR)
    t = threading.Thread(target=send); t.start(); n = 0
    while data := s.recv(1 << 18): got.update(data); n += len(data)
    t.join(); assert n == size, (n, size); assert sent.digest() == got.digest()
def datagrams(host, port, sizes):
    s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2); s.connect((host, port))
    for size in sizes:
        text = random.Random(size).randbytes(size)
        for attempt in range(5):
            s.send(text)
            try: got = s.recv(65536)
            except TimeoutError: continue
            assert got == text, size
            break
        else: raise SystemExit(f'{size} bytes: no answer')
"""


@over(needs=["ping"])
def ping(machine, scratch, lab):
    lab.run(machine, scratch, CLIENT + """
for host in HOSTS:
    for size in 56, 1472, 8000: subprocess.run(['ping', '-c', '2', '-i', '0.2', '-W', '5', '-s', str(size), host], check=True)
""", "--user=0:0")


@over()
def bulk_both_ways(machine, scratch, lab):
    with Echo() as echo:
        lab.run(machine, scratch, CLIENT + f"for host in HOSTS: bulk(host, {echo.port}, 50_000_000)")


@over()
def small_writes(machine, scratch, lab):
    with Echo() as echo:
        lab.run(machine, scratch, CLIENT + f"""
for host in HOSTS:
    for nodelay in 0, 1:
        s = connect(host, {echo.port}); s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, nodelay)
        text = b''.join(b'%d,' % n for n in range(5000)); got = bytearray()
        def send():
            for at in range(0, len(text), 7): s.send(text[at:at + 7])
            s.shutdown(socket.SHUT_WR)
        t = threading.Thread(target=send); t.start()
        while data := s.recv(100): got += data
        t.join(); assert bytes(got) == text
    s = connect(host, {echo.port})
    for n in range(300): s.send(b'%03d' % n); assert s.recv(10) == b'%03d' % n
""")


@over()
def datagrams(machine, scratch, lab):
    with Echo() as echo:
        lab.run(machine, scratch, CLIENT + f"for host in HOSTS: datagrams(host, {echo.port}, (0, 1, 100, 1472, 1473, 4000, 20000, 60000))")


@over()
def hundreds_of_connections(machine, scratch, lab):
    with Echo() as echo:
        lab.run(machine, scratch, CLIENT + f"""
for host in HOSTS:
    all = [connect(host, {echo.port}) for n in range(200)]
    for n, s in enumerate(all): s.sendall(b'%d' % n * 1000)
    for n, s in enumerate(all):
        s.shutdown(socket.SHUT_WR); got = b''
        while data := s.recv(65536): got += data
        assert got == b'%d' % n * 1000
    for n in range(200):
        with connect(host, {echo.port}) as s: s.sendall(b'x'); assert s.recv(1) == b'x'
""")


@over()
def the_host_connects(machine, scratch, lab):
    got = []

    def client():
        for address in ("192.0.2.2", "2001:db8::2"):
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                try:
                    with socket.create_connection((address, 5000), 2) as s:
                        s.settimeout(20)
                        s.sendall(b"x" * 3_000_000)
                        s.shutdown(socket.SHUT_WR)
                        text = b""
                        while data := s.recv(65536):
                            text += data
                        got.append(text)
                    break
                except (ConnectionRefusedError, TimeoutError, OSError):
                    time.sleep(0.1)

    thread = threading.Thread(target=client)
    thread.start()
    lab.run(machine, scratch, """
import socket
listener = socket.create_server(('::', 5000), family=socket.AF_INET6, dualstack_ipv6=True); listener.settimeout(30)
for i in range(2):
    s, who = listener.accept(); n = 0
    while data := s.recv(1 << 18): n += len(data)
    s.sendall(b'%d' % n * 100000); s.close()
""")
    thread.join()
    check(got == [b"3000000" * 100000] * 2, [text[:100] for text in got])


@over()
def what_was_sent_arrives(machine, scratch, lab):
    got = []
    with socket.create_server(("192.0.2.1", 0)) as listener:
        listener.settimeout(30)

        def read():
            connection, _ = listener.accept()
            connection.settimeout(30)
            n = 0
            while data := connection.recv(65536):
                n += len(data)
            got.append(n)

        thread = threading.Thread(target=read)
        thread.start()
        lab.run(machine, scratch, CLIENT + f"connect(HOSTS[0], {listener.getsockname()[1]}).sendall(bytes(300_000))")
        thread.join()
    check(got == [300_000], got)


@over()
def widths(machine, scratch, lab):
    with Echo() as echo:
        for mtu in (9000, 1500, 576):  # Below 1280 Linux takes IPv6 away.
            hosts = "HOSTS" if mtu >= 1280 else "HOSTS[:1]"
            lab.run(machine, scratch, CLIENT + f"""
assert open('/sys/class/net/eth0/mtu').read() == '{mtu}\\n'
for host in {hosts}: bulk(host, {echo.port}, 3_000_000); datagrams(host, {echo.port}, (500, 3000, 20000))
""", *lab.set_mtu(mtu))


@over()
def width_changes_while_it_runs(machine, scratch, lab):
    with Echo() as echo:
        lab.run(machine, scratch, CLIENT + f"""
for mtu in 1400, 700, 1500:
    subprocess.run(['ip', 'link', 'set', 'eth0', 'mtu', str(mtu)], check=True)
    bulk(HOSTS[0], {echo.port}, 1_000_000)
""", "--user=0:0")


@over("tap", "namespace", needs=["tcpdump"])
def capture(machine, scratch, lab):
    with Echo() as echo:
        scratch.fill()
        file = scratch.work / "frames"
        result = machine.run([PYTHON, "-c", CLIENT + f"for host in HOSTS: bulk(host, {echo.port}, 200_000)"], scratch,
                             flags=[*lab.flags, f"--pcap={file}"], pass_fds=lab.fds)
        check(result.status == 0, result)
        read = subprocess.run(["tcpdump", "-nvr", str(file), "tcp"], capture_output=True, text=True, timeout=30, check=False)
        check(read.returncode == 0 and "incorrect" not in read.stdout, read.stdout[:3000] + read.stderr)
        for flag in ("Flags [S]", "Flags [S.]", "Flags [F"):
            check(read.stdout.count(flag) >= 2, f"{flag}: {read.stdout[:3000]}")


# --- one way alone ---
def fails(machine, scratch, flags, text, **options):
    scratch.fill()
    result = machine.run(["/bin/true"], scratch, flags=flags, **options)
    check(result.status == 125 and result.err.count("\n") == 1 and text in result.err, result)


@case("tap")
def what_cannot_be(machine, scratch):
    own_namespace()
    fails(machine, scratch, ["--net=tap:nope"], "no such device")
    fails(machine, scratch, ["--net=tap:"], "is not none, loopback, user, host, tap:NAME, fd:N or netns:PATH")
    fails(machine, scratch, ["--net=tap:a", "--net-address=1.2.3"], "is not ADDRESS/BITS")
    fails(machine, scratch, ["--net=none", "--net-mtu=1400"], "need --net=tap or fd")
    with tap(machine) as lab:
        fails(machine, scratch, ["--net=tap:lo"], "not a TAP device")
        busy = open_tap("t0", IFF_VNET_HDR)
        fails(machine, scratch, lab.flags, "in use by another program")
        os.close(busy)


@case("descriptor")
def what_is_no_device(machine, scratch):
    own_namespace()
    fails(machine, scratch, ["--net=fd:77"], "no such descriptor is open")
    fails(machine, scratch, ["--net=fd:2"], "is not a descriptor above 2")
    with socket.socket() as stream:
        fails(machine, scratch, [f"--net=fd:{stream.fileno()}"], "borders between messages", pass_fds=[stream.fileno()])
    with open("/dev/null", "rb") as null:
        fails(machine, scratch, [f"--net=fd:{null.fileno()}"], "not attached to a TAP", pass_fds=[null.fileno()])


@case("socket")
def the_other_end_goes(machine, scratch):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    scratch.fill()
    sandbox = machine.start([PYTHON, "-c", "print('on', flush=True); input()"], scratch, flags=[f"--net=fd:{theirs.fileno()}"],
                            pass_fds=[theirs.fileno()])
    theirs.close()
    check(sandbox.stdout.readline() == b"on\n", "it does not start")
    ours.send(b"")
    ours.send(b"short")
    ours.close()
    check(b"the device is gone" in sandbox.stderr.readline(), "nothing is told")
    _, err = sandbox.communicate(b"\n", timeout=20)
    check(sandbox.returncode == 0 and err == b"", err)


GUEST_MAC = bytes.fromhex("5254c0000202")  # Of 192.0.2.2.


def arp_request():
    ours = bytes.fromhex("020000000001")
    return (b"\xff" * 6 + ours + struct.pack("!HHHBBH", 0x806, 1, 0x800, 6, 4, 1) + ours + socket.inet_aton("192.0.2.1") + bytes(6)
            + socket.inet_aton("192.0.2.2"))


def hostile_frames(count):
    """Of every protocol that there is, most of them wrong somewhere."""
    rng = random.Random(1)
    addresses = socket.inet_aton("192.0.2.1") + socket.inet_aton("192.0.2.2")
    six = socket.inet_pton(socket.AF_INET6, "2001:db8::1") + socket.inet_pton(socket.AF_INET6, "2001:db8::2")
    for n in range(count):
        payload = rng.randbytes(rng.choice((0, 1, 7, 8, 20, 60, 200, 1400)))
        kind = n % 5
        if kind == 0:
            packet = struct.pack("!BBHHHBBH", 0x45 + rng.randrange(0, 11), 0, 20 + len(payload), n & 0xffff,
                                 rng.choice((0, 0x2000, 0x4000, rng.randrange(0, 0x3fff))), 64, rng.choice((1, 2, 6, 17, 99)), 0)
            packet += addresses + payload
            total = sum(struct.unpack("!10H", packet[:20]))
            while total > 0xffff:
                total = (total & 0xffff) + (total >> 16)
            packet = packet[:10] + struct.pack("!H", total ^ 0xffff) + packet[12:]
            ethertype = 0x800
        elif kind == 1:
            packet = struct.pack("!IHBB", 0x60000000, len(payload), rng.choice((0, 6, 17, 43, 44, 58, 60)), 255) + six + payload
            ethertype = 0x86dd
        elif kind == 2:
            packet, ethertype = rng.randbytes(28) + payload, 0x806
        elif kind == 3:
            packet, ethertype = payload, rng.choice((0x800, 0x86dd, 0x8100, 0x88a8, 0, 1500))
        else:
            packet, ethertype = struct.pack("!HH", rng.randrange(0, 4096), 0x800) + payload, 0x8100
        yield GUEST_MAC + rng.randbytes(6) + struct.pack("!H", ethertype) + packet


@case("socket")
def a_flood_of_nonsense(machine, scratch):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    scratch.fill()
    sandbox = machine.start([PYTHON, "-c", "print('on', flush=True); input()"], scratch,
                            flags=[f"--net=fd:{theirs.fileno()}", *ADDRESSES, "--memory=300m"], pass_fds=[theirs.fileno()])
    theirs.close()
    check(sandbox.stdout.readline() == b"on\n", "it does not start")
    drain = threading.Event()

    def read():
        answers = 0
        while frame := ours.recv(70000):
            if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\2":
                answers += 1
                if drain.is_set():
                    answered.append(answers)
                    return

    answered = []
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    for frame in hostile_frames(30000):
        ours.send(frame)
    drain.set()
    for _ in range(100):
        ours.send(arp_request())
        reader.join(0.1)
        if not reader.is_alive():
            break
    check(answered, "it answers no more")
    _, err = sandbox.communicate(b"\n", timeout=20)
    check(sandbox.returncode == 0 and err == b"", err)
    ours.close()


@case("capture", needs=["tcpdump"])
def of_loopback(machine, scratch):
    read_back(machine, scratch, [], "127.0.0.1.80 >", """
import socket
l = socket.create_server(('127.0.0.1', 80)); c = socket.create_connection(('127.0.0.1', 80)); s, _ = l.accept(); s.sendall(bytes(100000)); n = 0
while n < 100000: n += len(c.recv(65536))
""")


@case("capture", needs=["tcpdump"])
def of_the_gateway(machine, scratch):
    read_back(machine, scratch, ["--net=user", "--net-allow=127.0.0.1"], "Flags [R", """
import socket
try: socket.create_connection(('10.0.2.2', 1), 10)
except OSError: pass
""")


def read_back(machine, scratch, flags, text, script):
    scratch.fill()
    file = scratch.work / "frames"
    result = machine.run([PYTHON, "-c", script], scratch, flags=[*flags, f"--pcap={file}", "--user=0:0"])
    check(result.status == 0, result)
    read = subprocess.run(["tcpdump", "-nvr", str(file)], capture_output=True, text=True, timeout=30, check=False)
    check(read.returncode == 0 and text in read.stdout and "incorrect" not in read.stdout, read.stdout[:3000] + read.stderr)


@case("capture")
def where_none_can_be(machine, scratch):
    fails(machine, scratch, ["--pcap=/nope/file"], "/nope/file: --pcap: No such file or directory")


@over("namespace")
def addresses_are_lent(machine, scratch, lab):
    before = lab.state()
    scratch.fill()
    sandbox = machine.start([PYTHON, "-c", "print('on', flush=True); input()"], scratch, flags=lab.flags, pass_fds=lab.fds)
    check(sandbox.stdout.readline() == b"on\n", "it does not start")
    check(lab.inside("ip -o addr show dev eth0; ip route; ip -6 route show dev eth0") == "", "the host has kept some")
    sandbox.communicate(b"\n", timeout=20)
    check(lab.state() == before, f"before:\n{before}\nafter:\n{lab.state()}")


@over("namespace")
def addresses_come_back_after_a_kill(machine, scratch, lab):
    before = lab.state()
    scratch.fill()
    sandbox = machine.start([PYTHON, "-c", "print('on', flush=True); input()"], scratch, flags=lab.flags, pass_fds=lab.fds)
    check(sandbox.stdout.readline() == b"on\n", "it does not start")
    sandbox.kill()
    sandbox.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while lab.state() != before and time.monotonic() < deadline:
        time.sleep(0.1)
    check(lab.state() == before, f"before:\n{before}\nafter:\n{lab.state()}")


@over("namespace")
def routes_are_taken_over(machine, scratch, lab):
    lab.inside("ip route add 198.51.100.0/24 via 192.0.2.1 metric 7; ip addr add 203.0.113.9/32 dev eth0")
    result = lab.run(machine, scratch, """
import subprocess
for what in ['-4', 'route'], ['-6', 'route', 'show', 'default'], ['-4', '-o', 'addr', 'show', 'dev', 'eth0']:
    print(subprocess.run(['ip', *what], check=True, capture_output=True, text=True).stdout)
""")
    for line in ("198.51.100.0/24 via 192.0.2.1 dev eth0 metric 7", "default via 192.0.2.1", "default via 2001:db8::1", "203.0.113.9/32"):
        check(line in result.out, result)


@case("namespace")
def nothing_to_enter(machine, scratch):
    own_namespace()
    fails(machine, scratch, ["--net=netns:/nope"], "No such file or directory")
    fails(machine, scratch, ["--net=netns:/dev/null"], "--net=netns:")


if __name__ == "__main__":
    main()
