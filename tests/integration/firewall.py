#!/usr/bin/env python3
"""Packet filters of the guest's own namespaces, set by nft(8) and iptables(8) as they are: what they print, what they
refuse, and what becomes of the packets.

Every case runs natively first and must print the same inside.
"""
# groups: rules traffic
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import main, same  # noqa: E402

PRELUDE = r"""
mount -t tmpfs none /run
ip link set lo up
tell() { "$@" 2>&1; echo "= $?"; }
pair() { ip link add "$1" type veth peer name eth0 netns "$2"; ip -n "$2" addr add "$3" dev eth0; ip -n "$2" link set eth0 up; ip -n "$2" link set lo up; ip link set "$1" up; }
# A bridge with `inner` on it, as a container engine has it, and `outer` behind another link, which has no way back.
world() {
  ip netns add inner; ip netns add outer
  ip link add br0 type bridge; ip addr add 172.18.0.1/16 dev br0; ip link set br0 up
  pair v0 inner 172.18.0.2/16; ip link set v0 master br0; ip -n inner route add default via 172.18.0.1
  pair up0 outer 203.0.113.2/24; ip addr add 203.0.113.1/24 dev up0
  echo 1 > /proc/sys/net/ipv4/ip_forward
}
# serve NAMESPACE PORT TIMES: tells whoever connects where it comes from, and how much it sent; udp: the first datagram.
cat > /run/serve.py <<'END'
import socket, sys
s = socket.create_server(("", int(sys.argv[1])))
u = socket.socket(type=socket.SOCK_DGRAM)
u.bind(("", int(sys.argv[1])))
print("up", flush=True)
for _ in range(int(sys.argv[2])):
    if len(sys.argv) > 3:
        data, who = u.recvfrom(65536)
        u.sendto(b"%s %d" % (who[0].encode(), len(data)), who)
        continue
    c, who = s.accept()
    got = 0
    while data := c.recv(65536): got += len(data)
    c.sendall(b"%s %d" % (who[0].encode(), got))
END
cat > /run/dial.py <<'END'
import socket, sys
try:
    if len(sys.argv) > 3:
        s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(20); s.connect((sys.argv[1], int(sys.argv[2])))
        s.send(b"x" * int(sys.argv[3]))
    else:
        s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
        s.sendall(b"x" * 1000000); s.shutdown(1)
    print(sys.argv[1:], s.recv(100).decode())
except OSError as e:
    print(sys.argv[1:], type(e).__name__, e)
END
serve() { n=$1; shift; : > /run/up; ip netns exec $n python3 /run/serve.py "$@" > /run/up & server=$!; for i in $(seq 200); do grep -q up /run/up && return; sleep 0.05; done; echo "never up"; exit 9; }
dial() { python3 /run/dial.py "$@"; }
dial_in() { n=$1; shift; ip netns exec $n python3 /run/dial.py "$@"; }
"""


def filtered(group, name, script, needs=()):
    same(group, name, ["unshare", "-mn", "/bin/bash", "-c", PRELUDE + script], needs=["ip", "unshare", "python3", *needs], status=0, timeout=90, users=("root",))


# --- what is set is what is printed, and what is refused is refused the same way ---
filtered("rules", "nft_ruleset", r"""
cat > /run/rules <<'END'
table inet fw {
  set bad { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.168.1.5-192.168.1.9, 172.16.0.1 }; }
  set pairs { type ipv4_addr . inet_service; elements = { 1.2.3.4 . 80, 5.6.7.8 . 443 }; }
  set ranges { type ipv4_addr . inet_service; flags interval; elements = { 1.2.3.0/24 . 80-90, 5.6.7.8 . 443 }; }
  map vm { type ifname : verdict; elements = { "lo" : accept, "eth0" : jump other }; }
  chain other { counter return; }
  chain input {
    type filter hook input priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iif lo accept
    iifname vmap @vm
    ip saddr @bad drop
    ip saddr . tcp dport @pairs accept
    ip saddr . tcp dport @ranges accept
    tcp dport { 22, 80, 443, 8000-8100 } ct state new limit rate 10/second burst 20 packets accept
    udp dport 53 log prefix "dns " group 2 accept
    icmp type { echo-request, echo-reply } accept
    ip6 saddr fe80::/10 accept
    tcp flags & (fin|syn|rst|ack) == syn reject with tcp reset
    meta mark set 0x10 ct mark set mark
    meta l4proto udp reject with icmpx port-unreachable
    ip protocol tcp reject with icmp host-prohibited
    fib daddr type local accept
    fib saddr . iif oif missing drop
    tcp dport 1000-2000 jump { ip saddr 1.1.1.1 accept; drop; }
    ct status dnat accept
    ct original ip daddr 1.2.3.4 accept
    meta pkttype broadcast drop
    ip ttl < 5 drop
    counter comment "the end"
  }
}
table ip nat {
  chain pre {
    type nat hook prerouting priority dstnat;
    dnat to tcp dport map { 80 : 10.0.0.1, 443 : 10.0.0.2 }
    tcp dport 99 redirect to :100
    tcp dport 88 dnat to 10.0.0.3:8080
    udp dport 53 dnat to 10.0.0.5-10.0.0.9:1000-2000 random
  }
  chain post {
    type nat hook postrouting priority srcnat;
    oifname "eth0" masquerade random,persistent
    ip saddr 10.0.0.0/8 snat to 1.2.3.4-1.2.3.9
  }
}
END
tell nft -f /run/rules
tell nft list ruleset
tell nft -j list table ip nat
tell nft get element inet fw bad '{ 10.3.4.5 }'
tell nft add element inet fw bad '{ 200.1.1.1 }'
tell nft delete element inet fw bad '{ 200.1.1.1 }'
tell nft delete element inet fw bad '{ 200.1.1.1 }'
tell nft delete set inet fw bad
tell nft flush chain inet fw input
tell nft delete set inet fw bad
tell nft insert rule inet fw other tcp dport 6 accept
tell nft -a list table inet fw
tell nft flush ruleset
tell nft list ruleset
""", needs=["nft"])
filtered("rules", "nft_refuses", r"""
nft -f - <<'END'
table ip t { chain a { }; chain b { jump a; }; chain base { type filter hook input priority 0; jump b; }; }
END
tell nft add rule ip t a jump b
tell nft add rule ip t base masquerade
tell nft add rule ip t base jump nowhere
tell nft add rule ip t base ip saddr @nothing drop
tell nft delete chain ip t b
tell nft delete table ip nothing
tell nft create table ip t
tell nft create chain ip t a
tell nft delete rule ip t a handle 99
tell nft add chain ip t f '{ type nat hook forward priority 0; }'
tell nft 'add table ip x; add rule ip x nothing drop'
tell nft list tables
setpriv --bounding-set=-net_admin --inh-caps=-net_admin nft list tables 2>&1; echo "= $?"
""", needs=["nft", "setpriv"])
filtered("rules", "nft_of_all_kinds", r"""
cat > /run/rules <<'END'
table ip t {
 set m { type ipv4_addr; size 100; flags dynamic,timeout; timeout 1m; }
 set d { type ipv4_addr; size 100; flags dynamic; }
 map back { type ipv4_addr : inet_service; size 100; flags dynamic,timeout; timeout 1m; }
 counter hits { }
 quota much { over 10 mbytes }
 limit slow { rate 5/second }
 chain f { type filter hook forward priority 0;
 numgen inc mod 3 vmap { 0 : accept, 1 : drop, 2 : continue }
 numgen random mod 10 < 5 accept
 quota over 10 mbytes drop
 tcp flags syn tcp option maxseg size set rt mtu
 tcp option maxseg size > 500 accept
 tcp option timestamp exists accept
 ip ttl set 5
 ip dscp set cs1
 tcp dport set 55
 update @m { ip saddr limit rate 5/second } accept
 add @d { ip saddr counter }
 update @back { ip saddr : tcp dport }
 delete @m { ip saddr }
 counter name "hits"
 quota name "much" drop
 limit name "slow" accept
 }
}
END
tell nft -f /run/rules
tell nft list ruleset
for kind in counters quotas limits; do tell nft list $kind; done
tell nft delete counter ip t hits
nft add counter ip t other; tell nft delete counter ip t other; tell nft delete counter ip t other
tell nft reset counters
tell nft create counter ip t hits
""", needs=["nft"])
filtered("rules", "iptables_of_a_container_engine", r"""
{
iptables -t nat -N DOCKER
iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
iptables -t nat -A DOCKER -i docker0 -j RETURN
iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
iptables -t nat -A PREROUTING -p tcp --dport 99 -j REDIRECT --to-ports 9999
iptables -t nat -A POSTROUTING -p tcp -j SNAT --to-source 1.2.3.4-1.2.3.9:1000-2000
for chain in DOCKER DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2 DOCKER-USER; do iptables -N $chain; done
iptables -A FORWARD -j DOCKER-USER
iptables -A FORWARD -j DOCKER-ISOLATION-STAGE-1
iptables -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -o docker0 -j DOCKER
iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
iptables -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
iptables -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
iptables -A DOCKER-ISOLATION-STAGE-1 -j RETURN
iptables -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
iptables -A DOCKER-USER -j RETURN
iptables -P FORWARD DROP
iptables -A INPUT -p tcp -m multiport --dports 22,80,100:200 -m comment --comment "hello there" -j ACCEPT
iptables -A INPUT -m state --state NEW -p udp --dport 53 -j REJECT --reject-with icmp-host-prohibited
iptables -A INPUT -m mark --mark 0x1/0xff -j MARK --set-mark 7
iptables -A INPUT -m limit --limit 5/min --limit-burst 9 -j LOG --log-prefix "x: "
iptables -A INPUT -p tcp --syn -j REJECT --reject-with tcp-reset
iptables -A INPUT -s 10.0.0.1 -d 10.2.0.0/16 -p icmp --icmp-type echo-request -j DROP
} 2>&1
tell iptables -C DOCKER-USER -j RETURN
tell iptables -D DOCKER-USER -j RETURN
tell iptables -D DOCKER-USER -j RETURN
tell iptables -I DOCKER-USER 1 -j ACCEPT
tell iptables -X DOCKER
tell iptables -F NOPE
tell iptables -L -n -v
tell iptables-save | grep -v '^#' | tee /run/saved
tell iptables -F; tell iptables -t nat -F
tell iptables-restore < /run/saved
tell iptables-save | grep -v '^#'
tell ip6tables -A INPUT -p tcp --dport 5 -j REJECT
tell ip6tables -t nat -A POSTROUTING -o docker0 -j MASQUERADE
tell ip6tables -S
""", needs=["iptables", "ip6tables"])

# --- what becomes of packets ---
TRAFFIC = r"""
serve outer 99 1; dial_in inner 203.0.113.2 99; wait $server || exit 9
serve inner 80 2; dial_in outer 203.0.113.1 8080; dial 203.0.113.1 8080; wait $server || exit 9
serve outer 53 2 udp; dial_in inner 203.0.113.2 53 100; dial_in inner 203.0.113.2 53 9000; wait $server || exit 9
ip -n outer route add 172.18.0.0/16 via 203.0.113.1
dial_in outer 172.18.0.2 81
dial_in inner 203.0.113.2 98
"""
filtered("traffic", "by_iptables", r"""
world
iptables -t nat -N DOCKER
iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
iptables -t nat -A POSTROUTING -s 172.18.0.0/16 ! -o br0 -j MASQUERADE
iptables -t nat -A DOCKER ! -i br0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:80
iptables -A FORWARD -o br0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -A FORWARD -i br0 ! -o br0 -j ACCEPT
iptables -A FORWARD -d 172.18.0.2/32 ! -i br0 -o br0 -p tcp -m tcp --dport 80 -j ACCEPT
iptables -A FORWARD -j REJECT --reject-with icmp-host-prohibited
""" + TRAFFIC, needs=["iptables"])
filtered("traffic", "by_nft", r"""
world
nft -f - <<'END'
table inet engine {
  map ports { type inet_service : ipv4_addr . inet_service; elements = { 8080 : 172.18.0.2 . 80 }; }
  chain pre { type nat hook prerouting priority dstnat; fib daddr type local dnat ip to tcp dport map @ports; }
  chain out { type nat hook output priority -100; ip daddr != 127.0.0.0/8 fib daddr type local dnat ip to tcp dport map @ports; }
  chain post { type nat hook postrouting priority srcnat; ip saddr 172.18.0.0/16 oifname != "br0" masquerade; }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iifname "br0" oifname != "br0" accept
    ct status dnat accept
    reject with icmpx admin-prohibited
  }
}
END
""" + TRAFFIC, needs=["nft"])
filtered("traffic", "by_ip6tables", r"""
ip netns add inner; ip netns add outer
for n in inner outer; do ip netns exec $n sh -c 'echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad' 2>/dev/null; done
pair6() { ip link add "$1" type veth peer name eth0 netns "$2"; ip -n "$2" link set eth0 up; ip -n "$2" link set lo up; ip link set "$1" up; ip -n "$2" addr add "$3" dev eth0 nodad; ip addr add "$4" dev "$1" nodad; }
pair6 v0 inner fd00:1::2/64 fd00:1::1/64; ip -n inner -6 route add default via fd00:1::1
pair6 up0 outer fd00:2::2/64 fd00:2::1/64
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
ip6tables -t nat -A POSTROUTING -o up0 -j MASQUERADE
ip6tables -t nat -A PREROUTING -i up0 -p tcp --dport 8080 -j DNAT --to-destination [fd00:1::2]:80
ip6tables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
ip6tables -A FORWARD -p tcp --dport 98 -j REJECT --reject-with tcp-reset
ip6tables -A FORWARD -p tcp --dport 97 -j REJECT --reject-with icmp6-adm-prohibited
sed -i 's/create_server(("", int(sys.argv\[1\])))/create_server(("", int(sys.argv[1])), family=socket.AF_INET6)/; s/^u = .*/u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)/' /run/serve.py
sed -i 's/s = socket.socket(type=socket.SOCK_DGRAM)/s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)/' /run/dial.py
serve outer 99 1; dial_in inner fd00:2::2 99; wait $server || exit 9
serve inner 80 1; dial_in outer fd00:2::1 8080; wait $server || exit 9
serve outer 53 2 udp; dial_in inner fd00:2::2 53 100; dial_in inner fd00:2::2 53 9000; wait $server || exit 9
dial_in inner fd00:2::2 96 5
for port in 96 97 98; do dial_in inner fd00:2::2 $port; done
conntrack -L -f ipv6 2>/dev/null | grep -c 'dport=53 '
""", needs=["ip6tables", "conntrack"])
filtered("traffic", "refused_here", r"""
world
iptables -A OUTPUT -p tcp --dport 7 -j REJECT
iptables -A OUTPUT -p tcp --dport 8 -j REJECT --reject-with tcp-reset
iptables -A OUTPUT -p udp --dport 9 -j DROP
iptables -A OUTPUT -p tcp --dport 10 -j REJECT --reject-with icmp-host-prohibited
iptables -A OUTPUT -p tcp --dport 11 -j REJECT --reject-with icmp-net-unreachable
for port in 7 8 10; do dial 203.0.113.2 $port; dial 127.0.0.1 $port; done
dial 203.0.113.2 9 5; dial 127.0.0.1 9 5
iptables -t nat -A OUTPUT -p tcp --dport 12 -j REDIRECT --to-ports 13
: > /run/up; python3 /run/serve.py 13 2 > /run/up & server=$!; for i in $(seq 200); do grep -q up /run/up && break; sleep 0.05; done
dial 203.0.113.2 12; dial 127.0.0.1 12; wait $server || exit 9
iptables -L OUTPUT -n -v -x | awk 'NR > 2 { print ($1 > 0), $3, $NF }'
""", needs=["iptables"])
filtered("traffic", "packets_are_changed", r"""
world
nft -f - <<'END'
table ip t {
  set seen { type inet_service; size 100; flags dynamic; }
  counter hits { }
  chain pre { type filter hook prerouting priority -300; ip daddr 203.0.113.77 udp dport 72 ip daddr set 203.0.113.2 udp dport set 70; }
  chain f { type filter hook forward priority 0;
    tcp flags syn tcp option maxseg size set 1000
    ip protocol udp ip ttl set 9 add @seen { udp dport counter }
    udp dport 70 numgen inc mod 2 == 1 counter name "hits" drop
    ip protocol icmp drop
  }
}
END
iptables -t nat -A POSTROUTING -o up0 -j MASQUERADE
iptables -t mangle -A PREROUTING -p tcp --dport 98 --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 800
cat > /run/look.py <<'END'
import socket, sys
u = socket.socket(type=socket.SOCK_DGRAM); u.bind(("", 70)); u.setsockopt(0, 12, 1); u.settimeout(20)
t = [socket.create_server(("", port)) for port in (98, 99)]
print("up", flush=True)
for s in t: c, who = s.accept(); print(c.getsockopt(6, socket.TCP_MAXSEG)); c.close()
for i in range(3): data, control, flags, who = u.recvmsg(100, 100); print(data, control[0][2][0])
END
: > /run/up; ip netns exec outer python3 /run/look.py > /run/up & server=$!; for i in $(seq 200); do grep -q up /run/up && break; sleep 0.05; done
ip netns exec inner python3 -c '
import socket
for port in 98, 99: s = socket.create_connection(("203.0.113.2", port), 20); s.recv(1); s.close()
u = socket.socket(type=socket.SOCK_DGRAM)
for i in range(4): u.sendto(b"%d" % i, ("203.0.113.2", 70))
u.sendto(b"elsewhere", ("203.0.113.77", 72))'
wait $server || exit 9; cat /run/up
nft list set ip t seen | sed 's/bytes [0-9]*/bytes N/'
nft list counter ip t hits
""", needs=["nft", "iptables"])
filtered("traffic", "connections_are_listed", r"""
world
nft 'table ip t { chain post { type nat hook postrouting priority srcnat; oifname "up0" masquerade; }; }'
serve outer 99 1; dial_in inner 203.0.113.2 99; wait $server || exit 9
serve outer 53 1 udp; dial_in inner 203.0.113.2 53 100; wait $server || exit 9
dial_in inner 203.0.113.2 54 100
hide() { grep -v 224.0.0 | sed -E 's/ [0-9]+ (ESTAB|TIME_WAIT|src|CLOSE|LAST)/ T \1/; s/(sport|dport)=[0-9]{4,5}/\1=P/g; s/use=[0-9]+/use=N/' | sort; }
conntrack -L 2>/dev/null | hide
hide < /proc/net/nf_conntrack
conntrack -L -p udp --dport 53 2>/dev/null | hide
tell conntrack -D -p udp --dport 53 | hide | grep -c 'dport=53 '
conntrack -L 2>/dev/null | grep -c 'dport=53 '
tell conntrack -F | sed 's/conntrack v[^ ]* //'
conntrack -L 2>/dev/null | hide
tell conntrack -D -p udp --dport 1 | sed 's/conntrack v[^ ]* //'
""", needs=["nft", "conntrack"])

if __name__ == "__main__":
    main()
