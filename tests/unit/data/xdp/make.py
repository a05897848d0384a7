#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Makes the corpus of packets for the parser of plugins/xdp, and what tshark reads in them.

    ./make.py

as root, in this folder, with iproute2, ping, tcpdump and tshark. The files:

    real.pcap     what the kernel and ping sent between two namespaces, captured by tcpdump
    made.pcap     whole packets that this script put together, of protocols that the kernel above lacked
    damaged.pcap  packets that lie or are cut
    expected.txt  per packet, in that order, what tshark reads in it, in the words of the plugin's events

Nothing in expected.txt comes from the plugin. errors.txt, by hand, says what the plugin is to find wrong,
which tshark has no equal words for.
"""
import os
import socket
import struct
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

MAC_A, MAC_B = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
A4, B4 = socket.inet_aton("10.9.0.1"), socket.inet_aton("10.9.0.2")
C4, D4 = socket.inet_aton("192.168.7.1"), socket.inet_aton("192.168.7.2")
A6, B6 = (socket.inet_pton(socket.AF_INET6, a) for a in ("fd00:9::1", "fd00:9::2"))
C6, D6 = (socket.inet_pton(socket.AF_INET6, a) for a in ("2001:db8::1", "2001:db8::2"))
IPV4, IPV6, ARP, VLAN, QINQ, TEB = 0x0800, 0x86DD, 0x0806, 0x8100, 0x88A8, 0x6558


# ---- put together by hand -----------------------------------------------------------------------

def be16(*values):
    return struct.pack(f">{len(values)}H", *values)


def eth(kind, data, pad=True):
    frame = MAC_B + MAC_A + be16(kind) + data
    return frame + bytes(60 - len(frame)) if pad and len(frame) < 60 else frame


def tag(vid, kind, data, priority=0):
    return be16(priority << 13 | vid, kind) + data


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip4(proto, data, src=A4, dst=B4, options=b"", frag=0x4000, ident=0x1234, length=None, tos=0, ihl=None,
        version=4):
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    length = 20 + len(options) + len(data) if length is None else length
    head = bytes([version << 4 | ihl, tos]) + be16(length, ident, frag) + bytes([64, proto])
    rest = src + dst + options
    return head + be16(checksum(head + b"\0\0" + rest)) + rest + data


def ip6(nxt, data, src=A6, dst=B6, length=None, tclass=0, version=6):
    length = len(data) if length is None else length
    return struct.pack(">IHBB", version << 28 | tclass << 20 | 0x12345, length, nxt, 64) + src + dst + data


def tcp(data=b"", options=b"", flags=0x18, offset=None, sport=40000, dport=443):
    offset = 5 + len(options) // 4 if offset is None else offset
    return struct.pack(">HHIIHHHH", sport, dport, 0x01020304, 0xA0B0C0D0, offset << 12 | flags, 501, 0, 0) \
        + options + data


def udp(data=b"", sport=40000, dport=53, length=None):
    return be16(sport, dport, 8 + len(data) if length is None else length, 0) + data


def ext(nxt, size=8, kind=0):
    """An extension header: PadN fills it."""
    return bytes([nxt, size // 8 - 1, 1, size - 4]) + bytes(size - 4)


def frag6(nxt, offset, more, ident=0xCAFE0001):
    return struct.pack(">BBHI", nxt, 0, offset | more, ident)


def ah(nxt, icv=12):
    return struct.pack(">BBHII", nxt, (12 + icv) // 4 - 2, 0, 0x101, 1) + bytes(icv)


def vxlan(vni, data, flags=8):
    return struct.pack(">II", flags << 24, vni << 8) + data


def gre(kind, data, flags=0, version=0):
    head = be16(flags | version, kind)
    head += be16(0, 0) if flags & 0x8000 else b""
    head += struct.pack(">I", 0xDEADBEEF) if flags & 0x2000 else b""
    head += struct.pack(">I", 7) if flags & 0x1000 else b""
    return head + data


def icmp(kind, code, rest, data=b""):
    return bytes([kind, code, 0, 0]) + rest + data


ECHO = icmp(8, 0, be16(77, 3), b"abcdefgh")
ECHO6 = icmp(128, 0, be16(78, 4), b"abcdefgh")
MSS = bytes([2, 4, 5, 0xB4, 4, 2, 8, 10]) + bytes(8) + bytes([1, 3, 3, 7])
LATE_MSS = bytes([1, 1, 8, 10]) + bytes(8) + bytes([3, 3, 7, 2, 4, 0x22, 0x33, 0])
SCTP = struct.pack(">HHII", 2905, 3868, 0x11223344, 0) + bytes([0, 3, 0, 16]) + bytes(12)
DCCP = struct.pack(">HHBBHBBHI", 5001, 5002, 4, 0, 0, 0x05, 0, 0, 9) + bytes(8)
UDPLITE = be16(4000, 4001, 8, 0) + b"lite"
INNER_A, INNER_B = bytes.fromhex("0600000000a1"), bytes.fromhex("0600000000b2")


def inner_eth(kind, data):
    return INNER_B + INNER_A + be16(kind) + data


def made():
    inner4 = ip4(6, tcp(b"x"), C4, D4)
    inner6 = ip6(17, udp(b"y"), C6, D6)
    yield eth(VLAN, tag(5, IPV4, ip4(1, ECHO), priority=3))
    yield eth(QINQ, tag(100, VLAN, tag(7, IPV6, ip6(58, ECHO6))))
    yield eth(VLAN, tag(101, VLAN, tag(8, ARP, be16(1, 0x800, 0x604, 1) + MAC_A + A4 + bytes(6) + B4)))
    yield eth(0x9100, tag(102, VLAN, tag(9, IPV4, ip4(17, udp(b"qinq")))))
    yield eth(VLAN, tag(0, IPV4, ip4(6, tcp())))
    yield eth(ARP, be16(1, 0x800, 0x604, 2) + MAC_A + A4 + MAC_B + B4)
    yield eth(IPV4, ip4(6, tcp(b"", MSS, 0x02)))
    yield eth(IPV4, ip4(6, tcp(b"", LATE_MSS, 0x12)))
    yield eth(IPV4, ip4(6, tcp(b"GET / HTTP/1.1\r\n\r\n" * 8, b"\x01\x01\x08\x0a" + bytes(8)), tos=0xB8))
    yield eth(IPV4, ip4(6, tcp(flags=0x1C2)))
    yield eth(IPV4, ip4(17, udp(b"z" * 300), options=b"\x94\x04\0\0" * 10, tos=3))
    yield eth(IPV4, ip4(132, SCTP))
    yield eth(IPV6, ip6(132, SCTP))
    yield eth(IPV4, ip4(33, DCCP))
    yield eth(IPV4, ip4(136, UDPLITE))
    yield eth(IPV4, ip4(50, bytes(32)))
    yield eth(IPV4, ip4(51, ah(6) + tcp(b"auth")))
    yield eth(IPV4, ip4(89, bytes(24)))
    yield eth(IPV4, ip4(1, icmp(3, 4, be16(0, 1400), ip4(6, tcp(), B4, A4)[:28])))
    yield eth(IPV6, ip6(58, icmp(2, 0, struct.pack(">I", 1280), ip6(6, tcp(), B6, A6)[:48])))
    yield eth(IPV4, ip4(17, udp(b"f" * 600)[:608], frag=0x2000))
    yield eth(IPV4, ip4(17, b"f" * 600, frag=0x2000 | 76))
    yield eth(IPV4, ip4(17, b"f" * 30, frag=151))
    yield eth(IPV6, ip6(44, frag6(17, 0, 1) + udp(b"g" * 800, length=1400)))
    yield eth(IPV6, ip6(44, frag6(17, 808, 0) + b"g" * 592))
    yield eth(IPV6, ip6(44, frag6(6, 0, 0) + tcp(b"atomic")))
    yield eth(IPV6, ip6(0, ext(43) + ext(60, 24) + ext(44, 16) + frag6(51, 0, 1) + ah(6) + tcp(b"long")))
    yield eth(IPV6, ip6(60, (ext(60) * 7) + ext(17) + udp(b"eight")))
    yield eth(IPV6, ip6(59, b""))
    yield eth(IPV6, ip6(6, tcp(b"v6", MSS, 0x02), tclass=0xB9))
    yield eth(IPV4, ip4(17, udp(vxlan(42, inner_eth(IPV4, inner4)), dport=4789)))
    yield eth(IPV4, ip4(17, udp(vxlan(0xABCDEF, inner_eth(IPV6, inner6)), dport=4789)))
    yield eth(IPV4, ip4(17, udp(vxlan(43, inner_eth(ARP, be16(1, 0x800, 0x604, 1) + INNER_A + C4 + bytes(6) + D4)),
                                dport=4789)))
    yield eth(IPV6, ip6(17, udp(vxlan(44, inner_eth(VLAN, tag(9, IPV6, inner6))), dport=4789)))
    yield eth(IPV4, ip4(47, gre(IPV4, inner4)))
    yield eth(IPV4, ip4(47, gre(IPV6, inner6, 0x2000)))
    yield eth(IPV4, ip4(47, gre(IPV4, inner4, 0xB000)))
    yield eth(IPV6, ip6(47, gre(TEB, inner_eth(IPV4, inner4), 0x3000)))
    yield eth(IPV4, ip4(47, gre(0x880B, b"\0\x08\0\x01" + b"\xff\x03\xc0\x21" + bytes(4), 0x2000, 1)))
    yield eth(IPV4, ip4(4, inner4))
    yield eth(IPV4, ip4(41, inner6))
    yield eth(IPV6, ip6(4, inner4))
    yield eth(IPV6, ip6(41, inner6))
    yield eth(IPV6, ip6(60, ext(41) + inner6))
    yield eth(IPV4, ip4(4, ip4(4, inner4, C4, D4)))
    yield eth(38, b"\x42\x42\x03" + bytes(35))
    yield eth(3 + 5 + len(inner4), b"\xaa\xaa\x03\0\0\0" + be16(IPV4) + inner4)
    yield eth(3 + 10, b"\xfe\xfe\x03" + bytes(10))
    yield eth(0x88CC, b"\x02\x07\x04" + MAC_A + b"\x04\x03\x05e0\x06\x02\0\x78\0\0")
    yield eth(0x8864, bytes([0x11, 0]) + be16(1, 22, 0x21) + ip4(1, b""))
    yield eth(IPV6, ip6(41, ip6(60, ext(60, 48) + ext(6, 40) + tcp(b"deep"), C6, D6)))


def damaged():
    yield eth(IPV4, ip4(6, tcp(), ihl=4))
    yield eth(IPV4, ip4(6, tcp(), version=6))
    yield eth(IPV4, ip4(6, tcp(), length=19))
    yield eth(IPV4, ip4(6, tcp(), length=1000))
    yield eth(IPV4, ip4(6, tcp(), ihl=15), pad=False)
    yield eth(IPV4, ip4(6, tcp(offset=4)))
    yield eth(IPV4, ip4(6, tcp(offset=9)))
    yield eth(IPV4, ip4(6, tcp()[:13]))
    yield eth(IPV4, ip4(6, tcp()[:3]))
    yield eth(IPV4, ip4(17, udp(length=7)))
    yield eth(IPV4, ip4(17, udp(b"12345", length=30)))
    yield eth(IPV4, ip4(17, udp()[:6]))
    yield eth(IPV4, ip4(136, be16(4000, 4001, 7, 0)))
    yield eth(IPV4, ip4(1, ECHO[:3]))
    yield eth(IPV4, ip4(1, ECHO[:7]))
    yield eth(IPV4, ip4(132, SCTP[:11]))
    yield eth(IPV6, ip6(6, tcp(), version=4))
    yield eth(IPV6, ip6(6, tcp(), length=100), pad=False)
    yield eth(IPV6, ip6(6, tcp())[:39], pad=False)
    yield eth(IPV6, ip6(60, ext(0) + ext(6) + tcp()))
    yield eth(IPV6, ip6(60, ext(60) * 9 + ext(6) + tcp()))
    yield eth(IPV6, ip6(60, bytes([6, 20]) + bytes(30)))
    yield eth(IPV6, ip6(60, b"\x06\0\x01\x04"))
    yield eth(ARP, be16(1, 0x800, 0x804, 1) + bytes(24))
    yield eth(ARP, (be16(1, 0x800, 0x604, 1) + MAC_A + A4 + bytes(6) + B4)[:20], pad=False)
    yield eth(VLAN, b"\0\x05\x08", pad=False)
    yield eth(VLAN, tag(1, VLAN, tag(2, VLAN, tag(3, IPV4, ip4(6, tcp())))))
    yield eth(IPV4, ip4(17, udp(vxlan(42, inner_eth(IPV4, ip4(6, tcp(), C4, D4)), flags=0), dport=4789)))
    yield eth(IPV4, ip4(17, udp(vxlan(42, b"")[:5], dport=4789)))
    yield eth(IPV4, ip4(17, udp(vxlan(42, inner_eth(IPV4, ip4(6, tcp(), C4, D4))[:40]), dport=4789)))
    yield eth(IPV4, ip4(47, gre(IPV4, b"", 0x2000)[:6]))
    yield eth(1000, b"\x42\x42\x03" + bytes(35))
    yield eth(1510, bytes(50))
    yield eth(IPV6, ip6(60, ext(60, 200) + ext(6, 96) + tcp(b"too deep")))
    yield eth(IPV4, ip4(6, tcp()[:8], frag=0x2000), pad=False)
    yield eth(IPV4, ip4(33, DCCP[:9]))


def write(name, frames):
    with open(name, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames):
            out.write(struct.pack("<IIII", i, 0, len(frame), len(frame)) + frame)


# ---- from the kernel ----------------------------------------------------------------------------

HERE, THERE = f"bpfhost-{os.getpid()}-here", f"bpfhost-{os.getpid()}-there"


def sh(command):
    return subprocess.run(command, shell=True, check=True, stdout=subprocess.DEVNULL)


SENDER = r"""
import socket, time
def tcp(family, address):
    listener = socket.socket(family)
    listener.bind((address, 7000))
    return listener
a = socket.create_connection(("10.9.0.1", 7000)); a.send(b"hello"); a.close()
try:
    socket.create_connection(("fd00:9::1", 7001))
except ConnectionRefusedError:
    pass
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(41, 54, b"\0\0\x05\x02\0\0\x01\0")  # hop-by-hop: router alert
s.setsockopt(41, 59, b"\0\0\x01\x04\0\0\0\0")  # destination options
s.sendto(b"options", ("fd00:9::1", 7002))
s.setsockopt(41, 54, b""); s.setsockopt(41, 59, b"")
s.sendto(b"l" * 4000, ("fd00:9::1", 7003))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto(b"", ("10.9.0.1", 7004))
u.setsockopt(0, 1, 0xb8)
u.sendto(b"expedited", ("10.9.0.1", 7005))
r = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
r.sendto(b"\0\0\x08\0" + bytes.fromhex("4500001400000000403b") + bytes(2) + bytes([10, 8, 0, 1, 10, 8, 0, 2]),
         ("10.9.0.1", 0))
"""


def real():
    """Packets that came in on the one side, from the kernel and the programs of the other."""
    try:
        sh(f"ip netns add {HERE} && ip netns add {THERE}")
        sh(f"ip -n {HERE} link add eth type veth peer name eth netns {THERE}")
        for name, n in ((HERE, 1), (THERE, 2)):
            sh(f"ip -n {name} addr add 10.9.0.{n}/24 dev eth; ip -n {name} link set eth address 02:00:00:00:00:0{n};"
               f"ip -n {name} addr add fd00:9::{n}/64 dev eth nodad; ip -n {name} link set eth up;"
               f"ip netns exec {name} ethtool -K eth tso off gso off gro off tx off >/dev/null;"
               f"ip -n {name} link add vx type vxlan id 42 dstport 4789 local 10.9.0.{n} remote 10.9.0.{3 - n};"
               f"ip -n {name} link set vx address 06:00:00:00:00:0{n};"
               f"ip -n {name} addr add 192.168.7.{n}/24 dev vx; ip -n {name} link set vx up")
        time.sleep(2)
        dump = subprocess.Popen(f"exec ip netns exec {HERE} tcpdump -q -n -Q in -i eth -w real.pcap", shell=True)
        server = subprocess.Popen(["ip", "netns", "exec", HERE, sys.executable, "-c",
                                   "import socket; s = socket.create_server(('10.9.0.1', 7000)); c, _ = s.accept(); "
                                   "c.recv(9); c.recv(9)"])
        time.sleep(1)
        there = f"ip netns exec {THERE} "
        for ping in ("-c 2 10.9.0.1", "-c 2 fd00:9::1", "-c 1 -s 4000 10.9.0.1", "-c 1 -s 4000 fd00:9::1",
                     "-c 1 -R 10.9.0.1", "-c 1 -T tsonly 10.9.0.1", "-c 1 -Q 3 10.9.0.1", "-c 2 192.168.7.1"):
            sh(there + "ping -q -n -i 0.1 " + ping)
        subprocess.run(["ip", "netns", "exec", THERE, sys.executable, "-c", SENDER], check=True)
        time.sleep(1)
        dump.terminate()
        dump.wait()
        server.wait()
    finally:
        for name in (HERE, THERE):
            subprocess.run(["ip", "netns", "del", name], check=False)


# ---- what tshark reads --------------------------------------------------------------------------

TSHARK = ["tshark", "-n", "-T", "pdml", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
          "-o", "tcp.desegment_tcp_streams:FALSE", "-r"]
ORDER = ("length smac dmac ethertype vlan inner_vlan vlan_priority ttl dscp ecn proto saddr daddr sport dport payload "
         "ip_id fragment_offset more_fragments dont_fragment extensions tcp_flags tcp_window tcp_seq tcp_ack tcp_mss arp_op icmp_type "
         "icmp_code echo_id echo_seq icmp_mtu tunnel vni gre_key inner_proto inner_saddr inner_daddr inner_sport "
         "inner_dport").split()
OPTIONS, HOP_BY_HOP, ROUTING, FRAGMENT, AH, DESTINATION = 1, 2, 4, 8, 16, 32


class Reading:
    """One packet, from the protocols and fields of tshark's PDML."""

    def __init__(self, packet):
        self.has, self.level, self.extensions, self.networks, self.over = {}, 0, 0, 0, False
        for proto in packet.findall("proto"):
            self.fields = {}
            for field in proto.iter("field"):
                self.fields.setdefault(field.get("name"), []).append(field.get("show"))
            reader = getattr(self, "read_" + proto.get("name").replace(".", "_"), None)
            if reader and not self.over:
                reader()
        if self.extensions:
            self.has["extensions"] = self.extensions

    def get(self, name):
        return self.fields[name][0] if name in self.fields else None

    def number(self, name):
        text = self.get(name)
        return None if text is None else int(text, 0)

    def put(self, name, value, inner=None):
        """A field of the packet, or its counterpart in the tunnel, where there is one."""
        if value is None:
            return
        if not self.level:
            self.has[name] = value
        elif inner:
            self.has[inner] = value

    def proto(self, value):
        self.put("proto", value, "inner_proto")

    def read_frame(self):
        self.has["length"] = self.number("frame.len")

    def read_eth(self):
        self.put("smac", self.get("eth.src"))
        self.put("dmac", self.get("eth.dst"))
        self.kind(self.number("eth.type"))

    def kind(self, kind):
        if kind is not None and kind not in (VLAN, QINQ, 0x9100):
            self.put("ethertype", kind)
            self.proto(kind)
        elif kind is not None:
            self.proto(VLAN)

    def read_vlan(self, name="vlan"):
        vid = self.number(name + ".id")
        if "vlan" not in self.has:
            self.put("vlan", vid)
            self.put("vlan_priority", self.number(name + ".priority"))
        elif "inner_vlan" not in self.has:
            self.put("inner_vlan", vid)
        else:
            self.over = True
            return
        self.kind(self.number(name + ".etype"))

    def read_ieee8021ad(self):
        self.read_vlan("ieee8021ad")

    def read_pppoes(self):
        self.over = True

    def read_llc(self):
        kind = self.number("llc.type")
        dsap = self.number("llc.dsap")
        self.proto(kind if kind else {0x42: 0x542, 0xFE: 0x5FE}.get(dsap, 0x5FF))

    def read_arp(self):
        self.put("arp_op", self.number("arp.opcode"))
        self.put("saddr", self.get("arp.src.proto_ipv4"), "inner_saddr")
        self.put("daddr", self.get("arp.dst.proto_ipv4"), "inner_daddr")

    def network(self, kind):
        self.networks += 1
        if self.networks == 2 and "tunnel" not in self.has:
            self.has["tunnel"] = 3
        if self.networks == 2:
            self.level = 1
        if self.networks == 3:
            self.over = True
        return not self.over

    def read_ip(self):
        if not self.network(IPV4):
            return
        for name, field, inner in (("ttl", "ip.ttl", None), ("dscp", "ip.dsfield.dscp", None),
                                   ("ecn", "ip.dsfield.ecn", None), ("proto", "ip.proto", "inner_proto"),
                                   ("ip_id", "ip.id", None), ("dont_fragment", "ip.flags.df", None)):
            self.put(name, self.number(field), inner)
        self.put("saddr", self.get("ip.src"), "inner_saddr")
        self.put("daddr", self.get("ip.dst"), "inner_daddr")
        offset, more = self.number("ip.frag_offset"), self.number("ip.flags.mf")
        if offset or more:
            self.put("fragment_offset", offset * 8)
            self.put("more_fragments", more)
        if (self.number("ip.hdr_len") or 0) > 20 and not self.level:
            self.extensions |= OPTIONS

    def read_ipv6(self):
        if not self.network(IPV6):
            return
        tclass = self.number("ipv6.tclass")
        self.put("ttl", self.number("ipv6.hlim"))
        if tclass is not None:
            self.put("dscp", tclass >> 2)
            self.put("ecn", tclass & 3)
        self.put("saddr", self.get("ipv6.src"), "inner_saddr")
        self.put("daddr", self.get("ipv6.dst"), "inner_daddr")
        for name, values in self.fields.items():
            if name.endswith(".nxt") or name == "ah.next_header":
                self.proto(int(values[-1], 0))
        self.put("ip_id", self.number("ipv6.fraghdr.ident"))
        if "ipv6.fraghdr.offset" in self.fields:
            self.put("fragment_offset", self.number("ipv6.fraghdr.offset") * 8)
            self.put("more_fragments", self.number("ipv6.fraghdr.more"))
        for bit, name in ((HOP_BY_HOP, "ipv6.hopopts.nxt"), (ROUTING, "ipv6.routing.nxt"), (AH, "ah.next_header"),
                          (FRAGMENT, "ipv6.fraghdr.nxt"), (DESTINATION, "ipv6.dstopts.nxt")):
            if not self.level and name in self.fields:
                self.extensions |= bit

    def read_ah(self):
        if not self.level:
            self.extensions |= AH
        self.proto(self.number("ah.next_header"))

    def ports(self, name):
        self.put("sport", self.number(name + ".srcport"), "inner_sport")
        self.put("dport", self.number(name + ".dstport"), "inner_dport")

    def read_tcp(self):
        self.ports("tcp")
        flags = self.number("tcp.flags")
        self.put("tcp_flags", None if flags is None else flags & 0xFF)
        for name, field in (("payload", "tcp.len"), ("tcp_window", "tcp.window_size_value"), ("tcp_seq", "tcp.seq_raw"),
                            ("tcp_ack", "tcp.ack_raw")):
            self.put(name, self.number(field))
        if flags is not None and flags & 2:
            self.put("tcp_mss", self.number("tcp.options.mss_val"))

    def read_udp(self):
        self.ports("udp")
        length = self.number("udp.length")
        if length is not None and "more_fragments" not in self.has:
            self.put("payload", length - 8)

    def read_udplite(self):
        self.ports("udp")

    def read_sctp(self):
        self.ports("sctp")

    def read_dccp(self):
        self.ports("dccp")

    def read_icmp(self, name="icmp", echoes=(0, 8)):
        self.put("icmp_type", self.number(name + ".type"))
        self.put("icmp_code", self.number(name + ".code"))
        self.put("icmp_mtu", self.number(name + ".mtu"))
        if self.number(name + ".type") in echoes:
            prefix = name + (".echo.identifier" if name == "icmpv6" else ".ident")
            self.put("echo_id", self.number(prefix))
            self.put("echo_seq", self.number(name + (".echo.sequence_number" if name == "icmpv6" else ".seq")))

    def read_icmpv6(self):
        self.read_icmp("icmpv6", (128, 129))

    def read_vxlan(self):
        self.has["tunnel"] = 1
        if "vxlan.vni" in self.fields:
            self.has["vni"] = self.number("vxlan.vni")
        self.level = 1

    def read_gre(self):
        if self.networks > 1:
            self.over = True
            return
        self.has["tunnel"] = 2
        if "gre.key" in self.fields:
            self.has["gre_key"] = self.number("gre.key")
        self.level = 1
        self.proto(self.number("gre.proto"))
        if (self.number("gre.flags_and_version") or 0) & 7:
            self.over = True


def expect(name):
    read = subprocess.run(TSHARK + [name], check=True, capture_output=True)
    for number, packet in enumerate(ET.fromstring(read.stdout).findall("packet"), 1):
        has = Reading(packet).has
        yield f"{name} {number} " + " ".join(f"{key}={has[key]}" for key in ORDER if key in has)


def main():
    if "--keep-real" not in sys.argv:
        real()
    write("made.pcap", made())
    write("damaged.pcap", damaged())
    with open("expected.txt", "w") as out:
        for name in ("real.pcap", "made.pcap", "damaged.pcap"):
            for line in expect(name):
                print(line, file=out)


main()
