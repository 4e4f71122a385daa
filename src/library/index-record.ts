/** `length` bytes missing from the capture, at `offset` of the half-stream. */
export interface Gap {
  readonly offset: number
  readonly length: number
}

/** One connection in the index. Fields are named as in Zeek's `conn.log`. */
export interface IndexRecord {
  /** Time of the first packet, seconds since 1970-01-01 UTC. */
  readonly ts: number
  /** Seconds from the first packet to the last. */
  readonly duration: number
  /** Unique id. It depends only on the capture, not on the number of workers. */
  readonly uid: string
  /** The originator: the sender of the first packet, or its receiver if that packet is a SYN+ACK. */
  readonly 'id.orig_h': string
  readonly 'id.orig_p': number
  readonly 'id.resp_h': string
  readonly 'id.resp_p': number
  /** `tcp`, `udp`, `icmp`, … */
  readonly proto: string
  readonly orig_pkts: number
  readonly resp_pkts: number
  /** Sum of the IP lengths of each side's packets. */
  readonly orig_ip_bytes: number
  readonly resp_ip_bytes: number
  /** Payload bytes of each side, without missing bytes. */
  readonly orig_bytes: number
  readonly resp_bytes: number
  /** Bytes missing from the capture, by side and in total. */
  readonly orig_missed_bytes: number
  readonly resp_missed_bytes: number
  readonly missed_bytes: number
  /** Payload bytes seen again, by side. */
  readonly orig_retrans_bytes: number
  readonly resp_retrans_bytes: number
  /** Payload bytes seen again with other content, of both sides together. */
  readonly overlap_conflicts: number
  /** Payload bytes captured: delivered, seen again, or not part of the stream. */
  readonly orig_captured_bytes: number
  readonly resp_captured_bytes: number
  /** Bytes seen again with other content, by side. */
  readonly orig_conflict_bytes: number
  readonly resp_conflict_bytes: number
  /** Copies of packets that the way of capturing made; they count nowhere else. */
  readonly orig_dup_pkts: number
  readonly resp_dup_pkts: number
  /** Captured bytes that are not part of the stream. */
  readonly orig_outside_bytes: number
  readonly resp_outside_bytes: number
  /** Zeek's code for the state of the connection, such as `SF`. */
  readonly conn_state: string
  /** Zeek's letters for what was seen, such as `ShADadFf`. */
  readonly history: string
  /** The connection's base name, whether files of it are written or not. */
  readonly name: string
  /** Path of each side's file below the output folder; null without a file. */
  readonly orig_file: string | null
  readonly resp_file: string | null
  /** The first 100 gaps of each side. */
  readonly orig_gaps: readonly Gap[]
  readonly resp_gaps: readonly Gap[]
  /** True when a side has more gaps than are listed. */
  readonly gaps_truncated: boolean
  /** Community ID v1, seed 0. */
  readonly community_id: string
  /** Tunnel headers, outermost first, such as `vxlan:42`. */
  readonly tunnel: readonly string[]
  /** VLAN ids, outermost first. */
  readonly vlan: readonly number[]
  /** Why the connection ended. */
  readonly close_reason: 'fin' | 'rst' | 'timeout' | 'reuse' | 'end'
  /** Number of ICMP errors that quote a packet of the connection. */
  readonly icmp_errors: number
  /** What is spoken, such as `tls` or `http`; `-`: nothing that is known. Absent with `noService`. */
  readonly service?: string
  /** SNI of TLS and QUIC, or the host of the first HTTP request. Not printable bytes are `\\xNN`. Absent without one. */
  readonly server_name?: string
  /** What the server selected by ALPN, else what the client offers, with commas. Absent without one. */
  readonly alpn?: string
  /** JA4 of the first ClientHello. Absent without one. */
  readonly ja4?: string
  /** SHA-256 of each side's payload without gaps. Only with `hash`, and where there is payload. */
  readonly orig_sha256?: string
  readonly resp_sha256?: string
  /** The input it came from. Only with `perFile`. */
  readonly capture?: string
}
