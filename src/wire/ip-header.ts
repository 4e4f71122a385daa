/** What a header decoder found. Anything but `'ok'` is bad traffic, which is counted and not thrown. */
export type HeaderStatus = 'ok' | 'truncated' | 'malformed'

/**
 * One decoded IP header, with its extension headers. The owner reuses it: valid until the next decode into the
 * same object. All positions are offsets in the frame's buffer.
 */
export interface IpHeader {
  version: 4 | 6
  /** IPv4: int32 values, big-endian, `dst` the last stop of a source route. IPv6: offsets of 16 bytes in the IPv6 header. */
  src: number
  dst: number
  /** First byte of the header. A reassembled packet's: that of the fragment which completed it, in its frame. */
  from: number
  /** IPv4's Identification; 0 in IPv6, which has none. */
  identification: number
  /** TTL or hop limit. */
  hopLimit: number
  /** What the bytes at `at` are: an IANA protocol number. */
  protocol: number
  /** First byte behind the headers. */
  at: number
  /** One past the last captured byte of the packet. */
  to: number
  /** Where the packet ended on the wire, from the IP length; behind the frame's end only for a fragment. */
  wireTo: number
  /** IP total length (IPv6: 40 + payload length). */
  ipBytes: number
  /** The packet is one of several fragments; the fields below are meaningful. */
  isFragment: boolean
  fragmentId: number
  /** In bytes. */
  fragmentOffset: number
  moreFragments: boolean
  /** Tells tunnels apart: fragments that came through others belong to other datagrams. 0: no tunnel. */
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
