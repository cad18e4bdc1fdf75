#!/usr/bin/env python3
"""Servers and their clients over loopback, and the programs that look at the network.

Servers take a port that was free a moment ago: the native run shares the host's loopback with others.
"""
# groups: tools namespaces python node web stores speed
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import main, same  # noqa: E402

PYTHON = "/usr/bin/python3"

# Shell functions: free_port, and until_open PORT, which returns once somebody listens.
PRELUDE = r"""
set -e
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
until_open() { for i in $(seq 200); do (: <>/dev/tcp/127.0.0.1/$1) 2>/dev/null && return; sleep 0.05; done; echo "nobody listens"; exit 9; }
port=$(free_port)
finish() { [ -z "$server" ] || { kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; }; }
server=
trap finish EXIT
"""


def served(group, name, script, needs=(), **options):
    same(group, name, PRELUDE + script, needs=[PYTHON, *needs], status=0, timeout=90, **options)


# --- what looks at the network ---
same("tools", "ip_addr", "ip -o addr show dev lo | sed 's/valid_lft.*//'", needs=["ip"], status=0)
same("tools", "ip_route_get", "ip route get 127.0.0.1 | sed 's/ uid .*//; s/cache.*//' | head -1", needs=["ip"], status=0)
same("tools", "ip_link_of_nothing", "ip link show dev nope0", needs=["ip"], status=1)
same("tools", "ip_rule", "ip rule", needs=["ip"], status=0)
served("tools", "ss_listener", r"""
python3 -c 'import signal, socket, sys; s = socket.create_server(("127.0.0.1", int(sys.argv[1]))); signal.pause()' $port &
server=$!; until_open $port
ss -Hltn "sport = :$port" | sed "s/$port/PORT/; s/  */ /g"
""", needs=["ss"])
served("tools", "netcat", r"""
nc -l 127.0.0.1 $port > received & server=$!
for i in $(seq 100); do ss -Hltn "sport = :$port" | grep -q LISTEN && break; sleep 0.05; done
head -c 300000 /dev/zero | tr '\0' x | nc -N 127.0.0.1 $port
wait $server; wc -c < received; server=
""", needs=["nc", "ss"])
same("tools", "getaddrinfo", [PYTHON, "-c", "import socket; print(sorted(set(a[4][0] for a in socket.getaddrinfo('127.0.0.1', 80))), socket.if_nameindex()[0])"], needs=[PYTHON], status=0)

# --- namespaces, pairs and bridges, as ip(8) makes them ---
IN_NAMESPACES = r"""
set -e
mount -t tmpfs none /run
hide() { sed -E 's/([0-9a-f]{2}:){5}[0-9a-f]{2}/MAC/g; s/ (qdisc|mode|group|qlen|promiscuity) [^ ]+//g; s/LOWERLAYERDOWN/DOWN/; s/ +$//'; }
pair() { ip link add "$1" type veth peer name eth0 netns "$2"; ip -n "$2" addr add "$3" dev eth0; ip -n "$2" link set eth0 up; ip link set "$1" up; }
"""


def in_namespaces(name, script, needs=()):
    same("namespaces", name, ["unshare", "-mn", "/bin/bash", "-c", IN_NAMESPACES + script], needs=["ip", "unshare", *needs], status=0, timeout=60, users=("root",))


# A router at the other end of a pair: one advertisement, when it is asked for.
in_namespaces("router_is_followed", r"""
ip link add near address 02:11:22:33:44:55 type veth peer name far address 02:11:22:33:44:66
ip link set lo up; ip link set far up; ip link set near up
/usr/bin/python3 - <<'PY'
import socket, struct
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86dd)); s.bind(("far", 0)); s.settimeout(20)
while True:
    f, a = s.recvfrom(2048)
    if a[2] != 4 and f[20] == 58 and f[54] == 133: break
src = socket.inet_pton(socket.AF_INET6, "fe80::1"); dst = socket.inet_pton(socket.AF_INET6, "ff02::1")
ra = struct.pack("!BBHBBHII", 134, 0, 0, 0, 8, 1800, 0, 0)
ra += struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 86400, 14400, 0) + socket.inet_pton(socket.AF_INET6, "2001:db8:77::")
ra += struct.pack("!BBHI", 5, 1, 0, 1400)
p = src + dst + struct.pack("!II", len(ra), 58) + ra
t = sum(struct.unpack("!%dH" % (len(p) // 2), p))
while t >> 16: t = (t & 0xffff) + (t >> 16)
ra = ra[:2] + struct.pack("!H", ~t & 0xffff) + ra[4:]
s.send(bytes.fromhex("33330000000102000000000186dd") + struct.pack("!IHBB", 6 << 28, len(ra), 58, 255) + src + dst + ra)
PY
until ip -6 addr show dev near scope global -tentative | grep -q inet6; do sleep 0.05; done
seconds() { sed -E 's/[0-9]+sec/SEC/g; s/ +$//'; }
ip -6 addr show dev near | seconds | grep -v mtu
ip -6 route | grep near | seconds | sort
for dev in lo near; do ip maddr show dev $dev | grep -v link | sort; done
""", needs=[PYTHON])

in_namespaces("tuntap", r"""
mount -t sysfs none /sys
ip tuntap add t0 mode tun user 1000
ip tuntap add t1 mode tap group 5 vnet_hdr
ip tuntap
ip link show t0; ip link show t1 | hide
ip -d link show t1 | grep -o 'tun type tap.*persist on'
ip link set t0 up; ip addr add 192.0.2.1/24 dev t0
ip -4 -o addr show t0; ip -4 route | sed 's, linkdown,,'
cat /sys/class/net/t0/tun_flags /sys/class/net/t0/owner /sys/class/net/t0/group /sys/class/net/t0/type /sys/class/net/t0/addr_len
ip tuntap add t0 mode tun || ip tuntap del t0 mode tap || echo refused
ip tuntap del t0 mode tun; ip link del t1; ip tuntap; ip -br link | wc -l
""")
in_namespaces("move_a_pair", r"""
ip netns add east; ip netns add west
ip netns list | sort
ip link add veth0 type veth peer name veth1
ip -o link show type veth | hide
ip link set veth0 netns east; ip link set veth1 netns west name eth9
ip -n east addr add 10.9.0.1/24 dev veth0; ip -n west addr add 10.9.0.2/24 dev eth9
ip -n east link set veth0 up
ip -n east -o link show veth0 | hide
ip -n west link set eth9 up
ip -n east -o link show veth0 | hide
ip -n east -o -4 addr show veth0; ip -n west route
ip netns exec east ping -c2 -i0.01 -W5 10.9.0.2 | grep -c 'bytes from'
ip netns del west
for i in $(seq 200); do ip -n east link show veth0 >/dev/null 2>&1 || break; sleep 0.05; done
ip -n east -o link | hide
ip netns list
""", needs=["ping"])
in_namespaces("stream_between", r"""
ip netns add server
pair veth0 server 10.9.1.2/24; ip addr add 10.9.1.1/24 dev veth0
ip netns exec server nc -l 10.9.1.2 4000 > received & listener=$!
for i in $(seq 100); do ip netns exec server ss -Hltn | grep -q 4000 && break; sleep 0.05; done
head -c 3000000 /dev/zero | tr '\0' x | nc -N 10.9.1.2 4000
wait $listener; wc -c < received
""", needs=["nc", "ss"])
in_namespaces("bridge_and_way_out", r"""
ip link add br0 type bridge; ip addr add 10.9.2.254/24 dev br0; ip link set br0 up
for i in 1 2; do ip netns add c$i; pair port$i c$i 10.9.2.$i/24; ip link set port$i master br0; ip -n c$i route add default via 10.9.2.254; done
ip netns add world; pair uplink world 10.9.3.2/24; ip addr add 10.9.3.1/24 dev uplink; ip -n world route add default via 10.9.3.1
echo 1 > /proc/sys/net/ipv4/ip_forward
ip netns exec c1 ping -c1 -W5 10.9.2.2 | grep -c 'bytes from'
ip netns exec c1 ping -c1 -W5 10.9.3.2 | grep -c 'bytes from'
ip netns exec world ping -c1 -W5 10.9.2.2 | grep -c 'ttl=63'
ip -o link show master br0 | hide
bridge link show | sed -E 's/ mtu.*master/ master/' | sort
bridge fdb show br br0 dynamic | wc -l
bridge fdb show br br0 | grep -c permanent >/dev/null
ip link set port2 nomaster
bridge link show | sed -E 's/ mtu.*master/ master/'
ip netns exec c1 ping -c1 -W1 10.9.2.2 | grep -c 'bytes from' || true
""", needs=["ping", "bridge"])

# --- python ---
same("python", "http_server", [PYTHON, "-c", """
import http.server, threading, urllib.request
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        body = self.path.encode() * 1000
        self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(201); self.send_header('Content-Length', '8'); self.end_headers(); self.wfile.write(b'%08d' % len(body))
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = 'http://127.0.0.1:%d' % server.server_port
print(len(urllib.request.urlopen(base + '/abc').read()))
print(urllib.request.urlopen(base + '/up', data=b'x' * 1000000).read())
def fetch(n): results[n] = len(urllib.request.urlopen(base + '/%d' % n).read())
results = {}
threads = [threading.Thread(target=fetch, args=(n,)) for n in range(20)]
[t.start() for t in threads]; [t.join() for t in threads]; print(sorted(results.items()))
server.shutdown()
"""], needs=[PYTHON], status=0, timeout=60)
same("python", "asyncio_streams", [PYTHON, "-c", """
import asyncio
async def serve(reader, writer):
    while line := await reader.readline(): writer.write(line.upper()); await writer.drain()
    writer.close()
async def client(port, n):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    out = []
    for i in range(20): writer.write(b'line %d %d\\n' % (n, i)); out.append(await reader.readline())
    writer.close(); await writer.wait_closed(); return out[-1]
async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    print(sorted(await asyncio.gather(*(client(port, n) for n in range(30)))))
    server.close(); await server.wait_closed()
asyncio.run(main())
"""], needs=[PYTHON], status=0, timeout=60)
same("python", "udp", [PYTHON, "-c", """
import socket
for family, host in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
    a, b = (socket.socket(family, socket.SOCK_DGRAM) for _ in range(2))
    a.bind((host, 0)); b.connect(a.getsockname())
    for n in range(100):
        b.send(b'%d' % n); data, who = a.recvfrom(100); a.sendto(data * 2, who); assert b.recv(100) == data * 2
    print(family.name, data)
"""], needs=[PYTHON], status=0)
same("python", "selectors", [PYTHON, "-c", """
import selectors, socket
sel = selectors.EpollSelector(); listener = socket.create_server(('127.0.0.1', 0)); listener.setblocking(False)
sel.register(listener, selectors.EVENT_READ)
clients = [socket.create_connection(listener.getsockname()) for _ in range(50)]
for n, c in enumerate(clients): c.sendall(b'%02d' % n)
got = []
while len(got) < 50:
    for key, mask in sel.select(5):
        if key.fileobj is listener:
            try:
                while True: s, _ = listener.accept(); s.setblocking(False); sel.register(s, selectors.EVENT_READ)
            except BlockingIOError: pass
        else: got.append(key.fileobj.recv(10)); sel.unregister(key.fileobj); key.fileobj.close()
print(sorted(got)[:3], len(got), all(c.recv(1) == b'' for c in clients))
"""], needs=[PYTHON], status=0, timeout=60)

# --- node ---
same("node", "http", ["node", "-e", """
const http = require('http');
const server = http.createServer((q, r) => { let n = 0; q.on('data', d => n += d.length); q.on('end', () => r.end(q.url + ' ' + n)); });
server.listen(0, '127.0.0.1', async () => {
  const one = n => new Promise(done => {
    const q = http.request({port: server.address().port, host: '127.0.0.1', path: '/' + n, method: 'POST'}, r => {
      let s = ''; r.on('data', d => s += d); r.on('end', () => done(s)); });
    q.end(Buffer.alloc(n * 1000)); });
  console.log((await Promise.all([...Array(25).keys()].map(one))).join());
  server.close(); });
"""], needs=["node"], status=0, timeout=60)

# --- web servers and clients ---
served("web", "curl", r"""
mkdir www; head -c 2000000 /dev/zero | tr '\0' y > www/big; echo small > www/small
python3 -m http.server --bind 127.0.0.1 --directory www $port >/dev/null 2>&1 & server=$!; until_open $port
curl -sS http://127.0.0.1:$port/small; curl -sS http://127.0.0.1:$port/big | wc -c
curl -sS -o /dev/null -w '%{http_code}\n' http://127.0.0.1:$port/none
curl -sS http://127.0.0.1:1/ || echo "status $?"
""", needs=["curl"], stderr=False)
served("web", "wget", r"""
mkdir www; head -c 2000000 /dev/zero | tr '\0' y > www/big
python3 -m http.server --bind 127.0.0.1 --directory www $port >/dev/null 2>&1 & server=$!; until_open $port
wget -q http://127.0.0.1:$port/big; wc -c big
""", needs=["wget"])
served("web", "nginx", r"""
mkdir www tmp; head -c 500000 /dev/zero | tr '\0' z > www/page
cat > conf <<END
daemon off; worker_processes 2; $([ $(id -u) != 0 ] || echo 'user root;') pid $PWD/pid; error_log stderr crit;
events { worker_connections 256; }
http { access_log off; client_body_temp_path tmp/a; proxy_temp_path tmp/b; fastcgi_temp_path tmp/c; uwsgi_temp_path tmp/d;
  scgi_temp_path tmp/e; sendfile on; server { listen 127.0.0.1:$port; root $PWD/www; } }
END
nginx -p $PWD -c $PWD/conf 2>errors & server=$!; until_open $port
for i in $(seq 20); do curl -sS http://127.0.0.1:$port/page | wc -c; done | sort | uniq -c
curl -sSI http://127.0.0.1:$port/page | grep -i length
""", needs=["nginx", "curl"])

# --- stores ---
served("stores", "redis", r"""
redis-server --port $port --bind 127.0.0.1 --save '' --appendonly no --daemonize no >/dev/null 2>&1 & server=$!; until_open $port
cli="redis-cli -p $port"
$cli ping; $cli set a 1; $cli incr a; $cli lpush l x y z; $cli lrange l 0 -1
head -c 1000000 /dev/zero | tr '\0' v | $cli -x set big; $cli strlen big
redis-benchmark -p $port -q -n 2000 -c 20 -t set,get --csv | wc -l
""", needs=["redis-server", "redis-cli", "redis-benchmark"])
served("stores", "memcached", r"""
user=; [ "$(id -u)" = 0 ] && user="-u root"
memcached -l 127.0.0.1 -p $port -U 0 -t 2 $user & server=$!; until_open $port
python3 - $port <<'END'
import socket, sys
s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); f = s.makefile('rwb')
for n in range(200):
    f.write(b'set k%d 0 0 5\r\nhello\r\n' % n); f.flush(); assert f.readline() == b'STORED\r\n'
f.write(b'get k7 k199\r\nquit\r\n'); f.flush(); print(f.read())
END
""", needs=["memcached"])

# --- throughput tools ---
served("speed", "iperf3", r"""
iperf3 -s -B 127.0.0.1 -p $port >/dev/null 2>&1 & server=$!
for i in $(seq 100); do iperf3 -c 127.0.0.1 -p $port -t 1 -J > out 2>/dev/null && grep -q sum_received out && break; sleep 0.1; done
python3 -c 'import json; r = json.load(open("out")); print(r["end"]["sum_received"]["bytes"] > 1000000)'
""", needs=["iperf3"])

if __name__ == "__main__":
    main()
