import type { InputProblem, InputSummary, SkippedInputs } from '../summary.js'

/** Packets of one kind, divided into the kinds inside it. */
export interface PacketGroup {
  readonly name: string
  readonly packets: number
  /** Bytes on the wire. */
  readonly bytes: number
  readonly groups: readonly PacketGroup[]
}

/** One interface of a capture. Texts are as the capture has them. */
export interface InspectedInterface {
  readonly link_type: string
  /** Longest frame that was kept; 0: no limit. */
  readonly snaplen: number
  /** Unit of the timestamps in seconds: `10^-6`. */
  readonly resolution: string
  readonly name: string | null
  readonly description: string | null
  readonly filter: string | null
  /** Packets that it is said to have dropped; null: nothing is said. */
  readonly dropped: number | null
}

/** What the capture's headers say. */
export interface InspectedFormat {
  readonly name: 'pcap' | 'pcapng'
  readonly version: string
  readonly byte_orders: readonly string[]
  /** `standard`, or the variant of a pcap file's record headers. */
  readonly record_headers: string
  /** Such as `gzip` or `zstd`; null: the file is not compressed. */
  readonly compression: string | null
  readonly sections: number
  readonly hardware: string | null
  readonly os: string | null
  readonly application: string | null
}

/** What is in one input. */
export interface CaptureInspection {
  readonly path: string
  readonly status: InputSummary['status']
  readonly problems: readonly InputProblem[]
  /** Bytes of the file on disk that were read. */
  readonly bytes: number
  /** Null: the input is no capture, or could not be read. */
  readonly format: InspectedFormat | null
  readonly packets: {
    readonly total: number
    /** Captured in part only: the snaplen was shorter. */
    readonly cut: number
    /** Earlier than the packet before. */
    readonly back_in_time: number
    /** Dropped while capturing, as the capture says. */
    readonly dropped: number
  }
  /** Bytes of all packets. */
  readonly packet_bytes: { readonly captured: number; readonly on_the_wire: number }
  /** Times of the earliest and the latest packet in UTC, ISO 8601 with nanoseconds; null: there is none. */
  readonly first: string | null
  readonly last: string | null
  /** Seconds between the two, with 9 decimals. */
  readonly duration: string | null
  readonly interfaces: readonly InspectedInterface[]
  /** With those that are not listed in `interfaces`. */
  readonly interface_count: number
  readonly comments: { readonly total: number; readonly first: readonly string[] }
  /** Decryption secrets by their type: how many and how large they are, never what they are. */
  readonly secrets: readonly { readonly type: string; readonly blocks: number; readonly bytes: number }[]
  /** By link type, then by what the frame holds, then by the innermost transport protocol. */
  readonly protocols: readonly PacketGroup[]
  /** VLANs and tunnels around the packets, from the outside in. */
  readonly encapsulations: readonly PacketGroup[]
  readonly damage: { readonly holes: number; readonly lost_bytes: number }
}

/** What is in all inputs. */
export interface Inspection {
  readonly version: string
  readonly captures: readonly CaptureInspection[]
  /** What was found below folders and by patterns, and is no capture. */
  readonly skipped: SkippedInputs
  /** Arguments that gave no input, in a sentence each. */
  readonly errors: readonly string[]
}
