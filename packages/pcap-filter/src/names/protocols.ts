// `name/alias:number`, as in Debian's /etc/protocols (netbase 6.4), which libpcap reads through the C library. The file
// has keywords of the IANA registry "Assigned Internet Protocol Numbers", and names of its own such as `ospf` and
// `ipencap`.
const TABLE = `
ip/IP:0 hopopt/HOPOPT:0 icmp/ICMP:1 igmp/IGMP:2 ggp/GGP:3 ipencap/IP-ENCAP:4 st/ST:5 tcp/TCP:6 egp/EGP:8
igp/IGP:9 pup/PUP:12 udp/UDP:17 hmp/HMP:20 xns-idp/XNS-IDP:22 rdp/RDP:27 iso-tp4/ISO-TP4:29 dccp/DCCP:33
xtp/XTP:36 ddp/DDP:37 idpr-cmtp/IDPR-CMTP:38 ipv6/IPv6:41 ipv6-route/IPv6-Route:43 ipv6-frag/IPv6-Frag:44
idrp/IDRP:45 rsvp/RSVP:46 gre/GRE:47 esp/IPSEC-ESP:50 ah/IPSEC-AH:51 skip/SKIP:57 ipv6-icmp/IPv6-ICMP:58
ipv6-nonxt/IPv6-NoNxt:59 ipv6-opts/IPv6-Opts:60 rspf/RSPF/CPHB:73 vmtp/VMTP:81 eigrp/EIGRP:88
ospf/OSPFIGP:89 ax.25/AX.25:93 ipip/IPIP:94 etherip/ETHERIP:97 encap/ENCAP:98 pim/PIM:103
ipcomp/IPCOMP:108 vrrp/VRRP:112 l2tp/L2TP:115 isis/ISIS:124 sctp/SCTP:132 fc/FC:133
mobility-header/Mobility-Header:135 udplite/UDPLite:136 mpls-in-ip/MPLS-in-IP:137 manet:138 hip/HIP:139
shim6/Shim6:140 wesp/WESP:141 rohc/ROHC:142 ethernet/Ethernet:143 mptcp/MPTCP:262
`

let numbers: ReadonlyMap<string, number> | null = null

/**
 * The number of a protocol above IP, or null when the name is not known. Names differ by case, as in the C library.
 * One of them, `mptcp`, has a number that no packet can have: 262.
 */
export function ipProtocolNumber(name: string): number | null {
  numbers ??= new Map(TABLE.trim().split(/\s+/).flatMap(protocols))
  return numbers.get(name) ?? null
}

function protocols(row: string): [string, number][] {
  const [names, number] = row.split(':') as [string, string]
  return names.split('/').map((name) => [name, Number(number)])
}
