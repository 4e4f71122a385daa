// Keywords of the IANA registry "Assigned Internet Protocol Numbers"; empty for numbers without one.
const KEYWORDS: readonly string[] = [
  'HOPOPT,ICMP,IGMP,GGP,IPv4,ST,TCP,CBT,EGP,IGP', // 0
  'BBN-RCC-MON,NVP-II,PUP,ARGUS,EMCON,XNET,CHAOS,UDP,MUX,DCN-MEAS', // 10
  'HMP,PRM,XNS-IDP,TRUNK-1,TRUNK-2,LEAF-1,LEAF-2,RDP,IRTP,ISO-TP4', // 20
  'NETBLT,MFE-NSP,MERIT-INP,DCCP,3PC,IDPR,XTP,DDP,IDPR-CMTP,TP++', // 30
  'IL,IPv6,SDRP,IPv6-Route,IPv6-Frag,IDRP,RSVP,GRE,DSR,BNA', // 40
  'ESP,AH,I-NLSP,SWIPE,NARP,Min-IPv4,TLSP,SKIP,IPv6-ICMP,IPv6-NoNxt', // 50
  'IPv6-Opts,,CFTP,,SAT-EXPAK,KRYPTOLAN,RVD,IPPC,,SAT-MON', // 60
  'VISA,IPCV,CPNX,CPHB,WSN,PVP,BR-SAT-MON,SUN-ND,WB-MON,WB-EXPAK', // 70
  'ISO-IP,VMTP,SECURE-VMTP,VINES,IPTM,NSFNET-IGP,DGP,TCF,EIGRP,OSPFIGP', // 80
  'Sprite-RPC,LARP,MTP,AX.25,IPIP,MICP,SCC-SP,ETHERIP,ENCAP,', // 90
  'GMTP,IFMP,PNNI,PIM,ARIS,SCPS,QNX,A/N,IPComp,SNP', // 100
  'Compaq-Peer,IPX-in-IP,VRRP,PGM,,L2TP,DDX,IATP,STP,SRP', // 110
  'UTI,SMP,SM,PTP,ISIS over IPv4,FIRE,CRTP,CRUDP,SSCOPMCE,IPLT', // 120
  'SPS,PIPE,SCTP,FC,RSVP-E2E-IGNORE,Mobility Header,UDPLite,MPLS-in-IP,manet,HIP', // 130
  'Shim6,WESP,ROHC,Ethernet,AGGFRAG,NSH,Homa,BIT-EMU', // 140
].flatMap((decade) => decade.split(','))

const FILE_NAMES: readonly string[] = Array.from({ length: 256 }, (_, protocol) => {
  const keyword = KEYWORDS[protocol] ?? ''
  return keyword === '' ? `IP(${protocol})` : keyword.toUpperCase().replaceAll(/[/ ]/g, '-')
})

const INDEX_NAMES: readonly string[] = FILE_NAMES.map((name) => name.toLowerCase())

/**
 * The protocol's IANA keyword for file names: in upper case, with `-` for `/` and spaces. `IP(99)` without a keyword.
 *
 * @param protocol IANA protocol number, 0..255.
 */
export function protocolKeyword(protocol: number): string {
  return FILE_NAMES[protocol]!
}

/** The same in lower case, for the index: `tcp`, `udp`, `ipv6-icmp`. */
export function protocolName(protocol: number): string {
  return INDEX_NAMES[protocol]!
}
