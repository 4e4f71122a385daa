/** IANA protocol numbers that the program knows by name. */
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
  /** 4: addresses are int32 values, big-endian. 6: addresses are offsets of 16 bytes in the buffer. */
  ipVersion: 4 | 6
  src: number
  dst: number
  /** 0 where the protocol has no ports. */
  srcPort: number
  dstPort: number
}

/** What an ICMP or ICMPv6 error quotes of a packet. */
export interface QuotedPacket extends PacketTuple {
  /** TCP sequence number, int32. Meaningful with `hasSeq`. */
  seq: number
  /** The quote is of a TCP segment and long enough for its sequence number. */
  hasSeq: boolean
}

/** What is known of a packet from its transport header up: the innermost 5-tuple, and where its payload is. */
export interface TransportFields extends PacketTuple {
  /** Captured payload is `bytes[payloadFrom, payloadFrom + payloadBytes)`. */
  payloadFrom: number
  payloadBytes: number
  /** Payload bytes on the wire, at least `payloadBytes`; more where the snaplen cut the packet. */
  originalPayloadBytes: number
  /** TCP sequence number, int32; for ICMP and ICMPv6 `type << 8 | code`; otherwise 0. */
  seq: number
  /** TCP only, int32. */
  ack: number
  /** TCP control bits, RFC 9293 §3.1. */
  tcpFlags: number
  /** TCP window as in the header, not scaled. */
  window: number
  /** IP total length of the packet on the wire (IPv6: 40 + payload length); of a reassembled one, the sum of its fragments. */
  ipBytes: number
  /** Where the IP header begins; a reassembled packet's: in the frame that completed it. */
  ipFrom: number
  /** Where the transport header begins; for a protocol without one that is known, the payload. */
  transportFrom: number
  /** IPv4's Identification; 0 in IPv6, which has none. */
  identification: number
  /** TTL or hop limit. */
  hopLimit: number
  /** LINKTYPE_* value that its frame was decoded by. */
  linkType: number
  /** Number of the outer headers' description, see `EncapTable`. 0: none. */
  encapId: number
}

/**
 * One decoded packet. The decoder's owner makes one and reuses it: valid until the next decode into the same
 * object, and as long as the buffer itself.
 */
export interface TransportPacket extends TransportFields {
  /** True for an ICMP or ICMPv6 error that quotes a packet which is in `quoted`. */
  hasQuote: boolean
  quoted: QuotedPacket
}

export function blankTransportFields(): TransportFields {
  return {
    protocol: 0,
    ipVersion: 4,
    src: 0,
    dst: 0,
    srcPort: 0,
    dstPort: 0,
    payloadFrom: 0,
    payloadBytes: 0,
    originalPayloadBytes: 0,
    seq: 0,
    ack: 0,
    tcpFlags: 0,
    window: 0,
    ipBytes: 0,
    ipFrom: 0,
    transportFrom: 0,
    identification: 0,
    hopLimit: 0,
    linkType: 0,
    encapId: 0,
  }
}

export function blankTransportPacket(): TransportPacket {
  return {
    ...blankTransportFields(),
    hasQuote: false,
    quoted: { protocol: 0, ipVersion: 4, src: 0, dst: 0, srcPort: 0, dstPort: 0, seq: 0, hasSeq: false },
  }
}

/** What became of a captured packet; each is a counter of the run's summary. */
export type DecodeStatus = 'delivered' | 'notIp' | 'malformed' | 'fragment'
