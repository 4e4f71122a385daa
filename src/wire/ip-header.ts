/** Result of a header decoder. Anything but `'ok'` is bad traffic, which is counted and never thrown. */
export type HeaderStatus = 'ok' | 'truncated' | 'malformed'

/**
 * One decoded IP header with its extension headers. The owner reuses it: valid until the next decode into the same
 * object. All positions are offsets in the frame's buffer.
 */
export interface IpHeader {
  version: 4 | 6
  /** IPv4: big-endian int32 values; `dst` is the last stop of a source route. IPv6: offsets of the 16-byte addresses. */
  src: number
  dst: number
  /** Offset of the header; for a reassembled packet, of the header of the fragment that completed it. */
  from: number
  /** IPv4's Identification; 0 in IPv6, which has none. */
  identification: number
  /** TTL or hop limit. */
  hopLimit: number
  /** IANA number of the protocol at `at`. */
  protocol: number
  /** First byte after the headers. */
  at: number
  /** One past the last captured byte of the packet. */
  to: number
  /** End of the packet on the wire, from the IP length. Only a fragment's may lie after the frame's end. */
  wireTo: number
  /** IP total length (IPv6: 40 + payload length). */
  ipBytes: number
  /** True for one of several fragments. Only then are the next three fields meaningful. */
  isFragment: boolean
  fragmentId: number
  /** In bytes. */
  fragmentOffset: number
  moreFragments: boolean
  /** Identifies the tunnels around the packet, 0 without any. Fragments from different tunnels never belong together. */
  tunnelHash: number
}

export function blankIpHeader(): IpHeader {
  return {
    version: 4,
    src: 0,
    dst: 0,
    from: 0,
    identification: 0,
    hopLimit: 0,
    protocol: 0,
    at: 0,
    to: 0,
    wireTo: 0,
    ipBytes: 0,
    isFragment: false,
    fragmentId: 0,
    fragmentOffset: 0,
    moreFragments: false,
    tunnelHash: 0,
  }
}
