/** Bytes that the capture lost: `length` of them at `offset` of the half-stream. */
export interface Gap {
  readonly offset: number
  readonly length: number
}

/** What is known of a connection: one record of the index, whose fields are named as in Zeek's `conn.log`. */
export interface IndexRecord {
  /** First packet: seconds since 1970-01-01 UTC. */
  readonly ts: number
  /** Seconds from the first to the latest packet. */
  readonly duration: number
  /** The same for the same capture, whatever the number of workers. */
  readonly uid: string
  /** Originator: who sent the first packet, unless that is a SYN+ACK. */
  readonly 'id.orig_h': string
  readonly 'id.orig_p': number
  readonly 'id.resp_h': string
  readonly 'id.resp_p': number
  /** `tcp`, `udp`, `icmp`, … */
  readonly proto: string
  readonly orig_pkts: number
  readonly resp_pkts: number
  /** Sums of IP lengths. */
  readonly orig_ip_bytes: number
  readonly resp_ip_bytes: number
  /** Payload delivered, without missing bytes. */
  readonly orig_bytes: number
  readonly resp_bytes: number
  /** Bytes in gaps. */
  readonly orig_missed_bytes: number
  readonly resp_missed_bytes: number
  readonly missed_bytes: number
  /** Bytes seen again. */
  readonly orig_retrans_bytes: number
  readonly resp_retrans_bytes: number
  /** Bytes seen again with other content. */
  readonly overlap_conflicts: number
  /** Payload bytes captured: delivered, seen again, or no part of the stream. */
  readonly orig_captured_bytes: number
  readonly resp_captured_bytes: number
  /** Bytes seen again with other content, by side. */
  readonly orig_conflict_bytes: number
  readonly resp_conflict_bytes: number
  /** Captured bytes that are no part of the stream. */
  readonly orig_outside_bytes: number
  readonly resp_outside_bytes: number
  /** Zeek's codes. */
  readonly conn_state: string
  readonly history: string
  /** Paths of the connection's files below the output folder; null: there is none. */
  readonly orig_file: string | null
  readonly resp_file: string | null
  /** The first 100 gaps of each side. */
  readonly orig_gaps: readonly Gap[]
  readonly resp_gaps: readonly Gap[]
  /** There were more. */
  readonly gaps_truncated: boolean
  /** Community ID v1, seed 0. */
  readonly community_id: string
  /** Outer headers from the outside in, such as `vxlan:42`. */
  readonly tunnel: readonly string[]
  readonly vlan: readonly number[]
  readonly close_reason: 'fin' | 'rst' | 'timeout' | 'reuse' | 'end'
  /** ICMP errors that quote the connection. */
  readonly icmp_errors: number
  /** With `perFile`: which input. */
  readonly capture?: string
}
