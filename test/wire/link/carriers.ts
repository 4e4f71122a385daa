import {
  concat,
  ETHER_TYPE,
  ethernet,
  ipv4,
  ipv6,
  mpls,
  ppp,
  pppoe,
  text,
  udp,
  vlan,
} from '../../support/frames.js'
import {
  erf,
  infiniband,
  ipoib,
  juniper,
  llc,
  nflogField,
  ppi,
  ppiCommon,
  radiotap,
  snap,
  u16,
  u32,
  u32le,
  wlan,
} from '../../support/link-frames.js'

const datagram = udp({ srcPort: 1024, dstPort: 53 }, text('hello'))
const hello = ipv4({ protocol: 17 }, datagram)
const hello6 = ipv6({ protocol: 17 }, datagram)
const zeros = (bytes: number) => new Uint8Array(bytes)
const vlanFrame = ethernet(vlan(9, hello), { etherType: ETHER_TYPE.VLAN })
const VLAN_9 = { vlan: [9], tunnel: [] }

const FCS = [0xde, 0xad, 0xbe, 0xef]
const tokenRing = (source: number, content: Uint8Array) =>
  concat([0x10, 0x40], [0, 1, 2, 3, 4, 5], [source, 7, 8, 9, 10, 11], content)
const fddi = (frameControl: number, content: Uint8Array) => concat([frameControl], zeros(12), content)
const pktap = (linkType: number, content: Uint8Array) =>
  concat(u32le(108), u32le(1), u32le(linkType), zeros(96), content)
const bridged = (padBytes: number) => concat([0, 0x80, 0xc2, 0, 7], zeros(padBytes), ethernet(hello))
const AX25_ADDRESSES = concat(zeros(7), zeros(6), [1])
const symantec = (bytes: number, etherTypeAt: number) => {
  const header = zeros(bytes)
  header.set([192, 168, 0, 1])
  header.set([8, 0], etherTypeAt)
  return concat(header, hello)
}
const behindAddresses = (tag: readonly number[]) => {
  const frame = ethernet(hello)
  return concat(frame.subarray(0, 12), tag, frame.subarray(12))
}
const tzsp = (protocol: number, content: Uint8Array) =>
  concat([1, 0], u16(protocol), [0, 10, 1, 0xcc, 0, 41, 2, 1, 2, 1], content)
const nflogPacketHeader = nflogField(1, Uint8Array.of(8, 0, 3, 0))
const netlink = (type: Uint8Array, message: Uint8Array) =>
  concat([0, 4, 0x03, 0x38], zeros(10), [0, 12], u32le(16 + message.length), type, message)
const pflog = (length: number, content: Uint8Array) =>
  concat([length, 2], zeros(((length + 3) & ~3) - 2), content)
const snapFrameRelay = (address: readonly number[]) =>
  concat(address, [3, 0, 0x80, 0, 0, 0], u16(0x0800), hello)
const docsisLength = (content: Uint8Array) => u16(content.length)

/** A frame around a datagram `hello` from port 1024 to 53, and the VLANs and tunnels that are described. */
export type Carrier = readonly [
  name: string,
  linkType: number,
  frame: Uint8Array,
  encap?: { readonly vlan: readonly number[]; readonly tunnel: readonly string[] },
]

/** At least one for each link type. Captures of the corpus that hold them are named behind. */
export const carriers: readonly Carrier[] = [
  ['NULL', 0, concat([2, 0, 0, 0], hello)], // tcpflow/local.pcap
  ['NULL of a big-endian host', 0, concat([0, 0, 0, 2], hello)], // wireshark-wiki/SampleCaptures__snmp_usm.pcap
  ['NULL with IPv6', 0, concat([30, 0, 0, 0], hello6)],
  ['Ethernet', 1, ethernet(hello)],
  ['Ethernet with a VN-Tag', 1, ethernet(concat(zeros(4), u16(0x0800), hello), { etherType: 0x8926 })],
  ['Ethernet with HSR', 1, ethernet(concat([0, 50, 0, 1], u16(0x0800), hello), { etherType: 0x892f })],
  ['Ethernet with an R-TAG', 1, ethernet(concat(zeros(4), u16(0x86dd), hello6), { etherType: 0xf1c1 })],
  ['Ethernet with an E-TAG', 1, ethernet(concat(zeros(6), u16(0x0800), hello), { etherType: 0x893f })],
  [
    'Ethernet with a tag before a VLAN tag',
    1,
    ethernet(concat(zeros(4), u16(0x8100), vlan(9, hello)), { etherType: 0x8926 }),
    VLAN_9,
  ],
  [
    'MACsec without encryption',
    1,
    ethernet(concat([0, 0], u32(1), u16(0x0800), hello, zeros(16)), { etherType: 0x88e5 }),
  ],
  [
    'MACsec with a channel',
    1,
    ethernet(concat([0x20, 35], u32(1), zeros(8), u16(0x0800), hello, zeros(16)), { etherType: 0x88e5 }),
  ],
  [
    'a bridged frame in SNAP',
    1,
    ethernet(concat([0xaa, 0xaa, 3], bridged(0)), { etherType: 8 + 14 + hello.length }),
  ],
  ['OSI in LLC', 1, ethernet(concat([0xfe, 0xfe, 3, 0xcc], hello), { etherType: 4 + hello.length })],
  ['AX.25', 3, concat(AX25_ADDRESSES, [3, 0xcc], hello)],
  ['AX.25 over digipeaters', 3, concat(zeros(7 * 3), AX25_ADDRESSES, [0x13, 0xcc], hello)],
  ['Token Ring', 6, tokenRing(0x06, snap(hello))],
  ['Token Ring with a route', 6, tokenRing(0x86, concat([0xc6, 0x30, 0, 1, 0, 2], snap(hello)))], // wireshark/tools__dftestfiles__tftp.pcap
  ['ARCnet of BSD', 7, concat([1, 2, 212, 0, 0, 9], hello)],
  ['ARCnet of BSD, RFC 1051', 7, concat([1, 2, 240], hello)],
  ['ARCnet with a filler', 7, concat([1, 2, 212, 0xff, 0xff, 0xff, 212, 0, 0, 9], hello)],
  ['SLIP', 8, concat([1, 0x45], zeros(14), hello)],
  ['PPP', 9, concat([0xff, 3], ppp(hello))], // tcpdump/bgp_vpn_attrset.pcap
  ['PPP without address and control', 9, ppp(hello6)],
  ['PPP with a bridged frame', 9, concat([0xff, 3, 0, 0x31, 0x00, 1], ethernet(hello))],
  ['PPP with a bridged frame of a LAN', 9, concat([0xff, 3, 0, 0x31, 0x40, 1, 0, 0, 0, 7], ethernet(hello))],
  ['multilink PPP', 9, concat([0xff, 3, 0, 0x3d, 0xc0, 0, 0, 5], ppp(hello))],
  ['multilink PPP with a short number', 9, concat([0xff, 3, 0, 0x3d, 0xc1, 5], ppp(hello))],
  ['FDDI', 10, fddi(0x50, snap(hello))], // wireshark/tools__dftestfiles__nfs.pcap
  ['synchronous FDDI', 10, fddi(0xd3, llc(hello))],
  ['ATM with the number of most systems', 11, snap(hello)],
  ['raw IP, 12', 12, hello], // tcpflow/bug8.pcap
  ['raw IP, 14', 14, hello6],
  ['old PFLOG', 17, concat(zeros(28), hello)],
  ['PPP in HDLC', 50, concat([0xff, 3], ppp(hello))], // tcpdump/ppp_ip_udp_dns.pcap
  ['Cisco HDLC as PPP in HDLC', 50, concat([0x0f, 0], u16(0x0800), hello)],
  ['PPPoE', 51, pppoe(7, hello), { vlan: [], tunnel: ['pppoe:7'] }],
  ["Symantec's firewall, version 2", 99, symantec(44, 6)],
  ["Symantec's firewall, version 3", 99, symantec(56, 20)],
  ['ATM with LLC', 100, snap(hello)],
  ['ATM with IP alone in LLC', 100, llc(hello)],
  ['ATM with an NLPID', 100, concat([0xfe, 0xfe, 3, 0x8e], hello6)],
  ['ATM with PPP in LLC', 100, concat([0xfe, 0xfe, 3, 0xcf], ppp(hello))],
  ['ATM with a bridged frame', 100, concat([0xaa, 0xaa, 3], bridged(2))],
  ['ATM with IP alone', 100, hello],
  ['ATM with IPv6 alone', 100, hello6],
  ['ATM with PPP alone', 100, ppp(hello)],
  ['ATM with a bridged frame alone', 100, concat([0, 0], ethernet(hello))],
  ['raw IP', 101, hello], // tcpdump/mptcp-tcprst.pcap
  ['Cisco HDLC', 104, concat([0x0f, 0], u16(0x0800), hello)], // tcpdump/HDLC.pcap
  ['IEEE 802.11', 105, wlan({}, snap(hello))],
  ['classical IP over ATM', 106, snap(hello)],
  ['Frame Relay with an NLPID', 107, concat([0x18, 0x41, 3, 0xcc], hello)], // tcpdump/OSPFv3_multipoint_adjacencies.pcap
  ['Frame Relay with IPv6', 107, concat([0x18, 0x41, 3, 0x8e], hello6)],
  ['Frame Relay with SNAP', 107, snapFrameRelay([0x18, 0x41])],
  ['Frame Relay with an address of three bytes', 107, snapFrameRelay([0x18, 0x40, 0x01])],
  ['Frame Relay with an address of four bytes', 107, snapFrameRelay([0x18, 0x40, 0x02, 0x01])],
  ['Frame Relay with an EtherType', 107, concat([0x18, 0x41], u16(0x0800), hello)],
  ['Frame Relay with a bridged frame', 107, concat([0x18, 0x41, 3, 0, 0x80], bridged(0))],
  ['Frame Relay with PPP', 107, concat([0x18, 0x41, 3, 0xcf], ppp(hello))],
  ['LOOP', 108, concat([0, 0, 0, 2], hello)],
  ['ENC', 109, concat([2, 0, 0, 0], zeros(8), hello)],
  ["NetBSD's HDLC", 112, concat([0x8f, 0], u16(0x86dd), hello6)],
  ['SLL', 113, concat([0, 0, 0, 1, 0, 6], zeros(8), u16(0x0800), hello)], // tcpdump/RADIUS-RFC3162.pcap
  [
    'SLL with an EtherType from IEEE 802.11',
    113,
    concat([0, 0], u16(801), [0, 6], zeros(8), u16(0x0800), hello),
  ], // wireshark-wiki/SampleCaptures__attachment_SLL_Simple.pcap
  ['SLL with IEEE 802.11', 113, concat([0, 0], u16(801), [0, 6], zeros(8), u16(4), wlan({}, snap(hello)))],
  [
    'SLL with Prism',
    113,
    concat([0, 0], u16(802), [0, 6], zeros(8), u16(4), zeros(144), wlan({}, snap(hello))),
  ],
  [
    'SLL with radiotap',
    113,
    concat([0, 0], u16(803), [0, 6], zeros(8), u16(4), radiotap({}, wlan({}, snap(hello)))),
  ],
  [
    'SLL with Frame Relay',
    113,
    concat([0, 0], u16(770), [0, 6], zeros(8), u16(4), snapFrameRelay([0x18, 0x41])),
  ],
  ['PFLOG of FreeBSD', 117, pflog(61, hello)],
  ['PFLOG of OpenBSD', 117, pflog(100, hello6)],
  ['Prism', 119, concat(u32le(0x44), u32le(144), zeros(136), wlan({}, snap(hello)))],
  ['IP over Fibre Channel', 122, concat(zeros(16), snap(hello))],
  ['SunATM with LLC', 123, concat([0x82, 0, 0, 40], snap(hello))],
  ['SunATM with an emulated LAN', 123, concat([0x01, 0, 0, 40], [0, 7], ethernet(hello))],
  ['radiotap', 127, radiotap({ flags: 0x10 }, concat(wlan({ qos: [0, 0] }, snap(hello)), FCS))],
  ['TZSP with Ethernet', 128, tzsp(1, vlanFrame), VLAN_9],
  ['TZSP with IEEE 802.11', 128, tzsp(18, wlan({}, snap(hello)))],
  ['ARCnet of Linux', 129, concat([1, 2, 0, 0, 212, 0, 0, 9], hello)], // tcpdump/arcnet-rfc1201-arp-icmp-http.pcap
  ['ARCnet of Linux, IPv6', 129, concat([1, 2, 0, 0, 196, 0, 0, 9], hello6)],
  ['ARCnet of Linux, RFC 1051', 129, concat([1, 2, 0, 0, 240], hello)], // tcpdump/arcnet-rfc1051-arp-icmp-http.pcap
  ["Juniper's multilink PPP", 130, juniper(0, [], ppp(hello))],
  ["Juniper's GGSN", 133, juniper(0, [], concat(zeros(8), hello))],
  ["Juniper's ATM2", 135, juniper(0, [], concat(zeros(8), snap(hello)))],
  ["Juniper's services", 136, juniper(0x80, [3, 1, 6], concat(zeros(8), hello6))],
  ["Juniper's ATM1", 137, juniper(0, [], concat(zeros(4), snap(hello)))],
  ['IP over FireWire', 138, concat(zeros(16), u16(0x0800), hello)],
  ['DOCSIS', 143, concat([0, 0], docsisLength(ethernet(hello)), [0, 0], ethernet(hello))],
  [
    'DOCSIS with an extended header',
    143,
    concat([1, 3], u16(3 + ethernet(hello).length), [0x12, 0, 0], [0, 0], ethernet(hello)),
  ],
  ['AVS', 163, concat(u32(0x80211001), u32(64), zeros(56), wlan({}, snap(hello)))],
  ["Juniper's monitor", 164, juniper(0, [], concat(zeros(8), hello))],
  ['PPP of pppd', 166, concat([1, 3], ppp(hello))],
  [
    "Juniper's PPPoE",
    167,
    juniper(0, [], ethernet(pppoe(3, hello), { etherType: 0x8864 })),
    { vlan: [], tunnel: ['pppoe:3'] },
  ],
  [
    "Juniper's PPPoE over ATM",
    168,
    juniper(0, [], concat(u16(0x8864), pppoe(3, hello))),
    { vlan: [], tunnel: ['pppoe:3'] },
  ],
  ['ERF of Ethernet', 175, erf(2, concat([0, 0], ethernet(hello)))],
  ['ERF of SONET', 176, erf(1, concat([0xff, 3], ppp(hello)))],
  ["Juniper's Ethernet", 178, juniper(0x80, [3, 1, 6, 1, 14], vlanFrame), VLAN_9], // tcpdump/bgp-aigp.pcap
  ["Juniper's Ethernet, of which the header was taken off", 178, juniper(0x82, [3, 1, 6], hello)],
  ["Juniper's PPP", 179, juniper(0, [], concat([0xff, 3], ppp(hello)))],
  ["Juniper's Frame Relay", 180, juniper(0, [], snapFrameRelay([0x18, 0x41]))],
  ["Juniper's Cisco HDLC", 181, juniper(0, [], concat([0x0f, 0], u16(0x0800), hello))],
  ['multilink Frame Relay', 182, concat([0xc1, 7], snapFrameRelay([0x18, 0x41]))],
  ['PPI', 192, ppi(105, [ppiCommon(1)], concat(wlan({}, snap(hello)), FCS))], // wireshark-wiki/SampleCaptures__Http.cap
  ['ERF with a colour', 197, erf(11, concat([0, 0], vlanFrame)), VLAN_9],
  ['ERF with extension headers', 197, erf(2, concat([0, 0], ethernet(hello)), 2)],
  ['ERF of multi-channel HDLC', 197, erf(5, concat(zeros(4), [0x0f, 0], u16(0x0800), hello))],
  ['ERF of AAL5', 197, erf(4, concat(zeros(4), snap(hello)))],
  ['ERF of multi-channel AAL5', 197, erf(9, concat(zeros(8), snap(hello)))],
  ['ERF of InfiniBand', 197, erf(21, infiniband(0x64, concat(zeros(8), ipoib(hello))))], // wireshark-wiki/SampleCaptures__infiniband.pcap
  ['ERF of IPv4', 197, erf(22, hello)],
  ['ERF of IPv6', 197, erf(23, hello6)],
  ['AX.25 in KISS', 202, concat([0x20], AX25_ADDRESSES, [3, 0xcc], hello)],
  ['PPP with a direction', 204, concat([0, 0xff, 3], ppp(hello))], // wireshark-wiki/SampleCaptures__ppp_lcp_ipcp.pcap
  ['Cisco HDLC with a direction', 205, concat([1, 0x0f, 0], u16(0x0800), hello)],
  ['Frame Relay with a direction', 206, concat([1], snapFrameRelay([0x18, 0x41]))],
  ['MPLS', 219, mpls([16], hello), { vlan: [], tunnel: ['mpls:16'] }],
  ['IP over FC-2', 224, concat(zeros(8), [5, 0, 0, 0, 0, 0x20], zeros(10), zeros(16), snap(hello))],
  ['IPNET', 226, concat([2, 2], zeros(22), hello)], // tcpdump/e1000g.pcap
  ['raw IPv4', 228, hello], // tcpdump/LINKTYPE_IPV4.pcap
  ['raw IPv6', 229, hello6], // tcpdump/icmpv6_nodeinfo_queryipv6.pcap
  ['NFLOG', 239, concat([2, 0, 0, 5], nflogPacketHeader, nflogField(10, text('abc')), nflogField(9, hello))], // tcpdump/nflog.pcap
  [
    'NFLOG of a big-endian host',
    239,
    concat([10, 0, 0, 5], nflogField(3, zeros(16), false), nflogField(9, hello6, false)),
  ],
  ['NETLINK of NFLOG', 253, netlink(concat([0, 4], zeros(10)), concat([2, 0, 0, 5], nflogField(9, hello)))],
  [
    'NETLINK of a big-endian host',
    253,
    netlink(concat([4, 0], zeros(10)), concat([10, 0, 0, 5], nflogField(9, hello6, false))),
  ],
  [
    'NETLINK of NFQUEUE',
    253,
    netlink(
      concat([0, 3], zeros(10)),
      concat([0, 0, 0, 5], nflogField(1, Uint8Array.of(0, 0, 0, 9, 8, 0, 3)), nflogField(10, hello)),
    ),
  ],
  [
    'NETLINK in a cooked header',
    113,
    netlink(concat([0, 4], zeros(10)), concat([2, 0, 0, 5], nflogField(9, hello))),
  ],
  ['NFLOG of a bridge', 239, concat([7, 0, 0, 5], nflogPacketHeader, nflogField(9, hello))],
  ['netANALYZER', 240, concat(zeros(4), ethernet(hello), FCS)],
  [
    'netANALYZER with preamble',
    241,
    concat(zeros(4), [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5], ethernet(hello), FCS),
  ],
  ['IP over InfiniBand', 242, ipoib(hello)],
  ['IP over InfiniBand with a global route', 242, concat(zeros(40), ipoib(hello6))], // tcpdump/ipoib.pcap
  ['InfiniBand', 247, infiniband(0x64, concat(zeros(8), ipoib(hello)), true)],
  ['InfiniBand with immediate data', 247, infiniband(0x65, concat(zeros(12), ipoib(hello)))],
  ['InfiniBand over a connection', 247, infiniband(0x04, ipoib(hello6))],
  ['InfiniBand with raw IPv6', 247, concat([0, 1, 0, 1, 0, 0, 0, 2], hello6)],
  ['InfiniBand with a raw EtherType', 247, concat([0, 0, 0, 1, 0, 0, 0, 2], [0, 0], u16(0x0800), hello)],
  ['PKTAP with Ethernet', 258, pktap(1, vlanFrame), VLAN_9], // tcpdump/LINKTYPE_PKTAP.pcap
  ['PKTAP as USER2', 149, pktap(1, vlanFrame), VLAN_9],
  ['PKTAP with raw IP', 258, pktap(12, hello)],
  ['EPON', 259, concat([0x55, 0xd5, 0x55, 0x55, 0, 1], ethernet(hello))],
  ['an mPacket', 274, concat([0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5], ethernet(hello), FCS)],
  ['SLL2', 276, concat(u16(0x0800), zeros(18), hello)], // PcapPlusPlus/Tests__Pcap++Test__sll2.pcap
  ['SLL2 with IEEE 802.11', 276, concat(u16(4), zeros(6), u16(801), zeros(10), wlan({}, snap(hello)))],
  ["Broadcom's tag", 281, behindAddresses([0x20, 0, 0, 1])], // tcpdump/brcm-tag.pcap
  ["Broadcom's tag before the frame", 282, concat([0x20, 0, 0, 1], ethernet(hello))], // tcpdump/brcm-tag-prepend.pcap
  ["Marvell's tag", 284, behindAddresses([0x40, 0x08, 0, 0])], // tcpdump/dsa.pcap
  ["Marvell's tag of a VLAN", 284, behindAddresses([0x60, 0x08, 0xe0, 9]), VLAN_9], // tcpdump/dsa-high-vid.pcap
  ["Marvell's tag with an EtherType", 285, behindAddresses([0xda, 0xda, 0, 0, 0xe0, 0x08, 0, 9]), VLAN_9], // tcpdump/edsa.pcap
]
