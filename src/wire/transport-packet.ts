/** IANA numbers of the protocols that the program handles. */
export const IpProtocol = {
  HOPOPT: 0,
  ICMP: 1,
  IGMP: 2,
  IPV4: 4,
  TCP: 6,
  UDP: 17,
  DCCP: 33,
  IPV6: 41,
  IPV6_ROUTE: 43,
  IPV6_FRAG: 44,
  GRE: 47,
  ESP: 50,
  AH: 51,
  IPV6_ICMP: 58,
  IPV6_NONXT: 59,
  IPV6_OPTS: 60,
  ETHER_IP: 97,
  PIM: 103,
  L2TP: 115,
  SCTP: 132,
  UDPLITE: 136,
  MPLS_IN_IP: 137,
  ETHERNET: 143,
  NSH: 145,
} as const

/** The 5-tuple of one packet, in the packet's own direction. */
export interface PacketTuple {
  /** IANA protocol number of the transport protocol. */
  protocol: number
  /** With 4, addresses are big-endian int32 values. With 6, they are offsets of 16-byte addresses in the buffer. */
  ipVersion: 4 | 6
  src: number
  dst: number
  /** 0 for a protocol without ports. */
  srcPort: number
  dstPort: number
}

/** The packet that an ICMP or ICMPv6 error quotes. */
export interface QuotedPacket extends PacketTuple {
  /** TCP sequence number, int32. Meaningful only if `hasSeq`. */
  seq: number
  /** True when the quote is a TCP segment and includes its sequence number. */
  hasSeq: boolean
}

/** The fields of a decoded packet: the innermost 5-tuple, the location of its payload, and header fields. */
export interface TransportFields extends PacketTuple {
  /** Captured payload is `bytes[payloadFrom, payloadFrom + payloadBytes)`. */
  payloadFrom: number
  payloadBytes: number
  /** Payload bytes on the wire: `payloadBytes`, or more if the snaplen cut the packet. */
  originalPayloadBytes: number
  /** TCP sequence number, int32. For ICMP and ICMPv6 `type << 8 | code`. 0 for other protocols. */
  seq: number
  /** TCP only, int32. */
  ack: number
  /** TCP control bits, RFC 9293 §3.1. */
  tcpFlags: number
  /** TCP window, unscaled as in the header. */
  window: number
  /** IP total length on the wire (IPv6: 40 + payload length); for a reassembled packet the sum over its fragments. */
  ipBytes: number
  /** Offset of the IP header; for a reassembled packet, in the frame that completed it. */
  ipFrom: number
  /** Offset of the transport header; for an unknown protocol, of the payload. */
  transportFrom: number
  /** IPv4's Identification; 0 in IPv6, which has none. */
  identification: number
  /** TTL or hop limit. */
  hopLimit: number
  /** LINKTYPE_* value by which the frame was decoded. */
  linkType: number
  /** Id of the outer headers in `EncapTable`; 0 without any. */
  encapId: number
}

/**
 * One decoded packet. The caller makes one object and reuses it: valid until the next decode into it, and only as long
 * as the buffer.
 */
export interface TransportPacket extends TransportFields {
  /** True for an ICMP or ICMPv6 error whose quoted packet is in `quoted`. */
  hasQuote: boolean
  quoted: QuotedPacket
}

/** Fields that are all 0. A class: the fields of an object that was spread are one load further away. */
export class BlankTransportFields implements TransportFields {
  protocol = 0
  ipVersion: 4 | 6 = 4
  src = 0
  dst = 0
  srcPort = 0
  dstPort = 0
  payloadFrom = 0
  payloadBytes = 0
  originalPayloadBytes = 0
  seq = 0
  ack = 0
  tcpFlags = 0
  window = 0
  ipBytes = 0
  ipFrom = 0
  transportFrom = 0
  identification = 0
  hopLimit = 0
  linkType = 0
  encapId = 0
}

class BlankTransportPacket extends BlankTransportFields implements TransportPacket {
  hasQuote = false
  quoted: QuotedPacket = {
    protocol: 0,
    ipVersion: 4,
    src: 0,
    dst: 0,
    srcPort: 0,
    dstPort: 0,
    seq: 0,
    hasSeq: false,
  }
}

export function blankTransportPacket(): TransportPacket {
  return new BlankTransportPacket()
}

/** Result for a captured packet. The run's summary counts each. */
export type DecodeStatus = 'delivered' | 'notIp' | 'malformed' | 'fragment' | 'copy'
