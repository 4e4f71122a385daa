import type { CaptureFormatName } from '../capture/capture-description.js'
import type { InputProblem, InputSummary, SkippedInputs } from '../summary.js'

/** Packet counts of one kind, with its subdivision. */
export interface PacketGroup {
  readonly name: string
  readonly packets: number
  /** Bytes on the wire. */
  readonly bytes: number
  readonly groups: readonly PacketGroup[]
}

/** One interface of a capture. Strings are unchecked content of the capture. */
export interface InspectedInterface {
  readonly link_type: string
  /** Most bytes captured of a frame; 0 for no limit. */
  readonly snaplen: number
  /** Unit of the timestamps in seconds: `10^-6`. */
  readonly resolution: string
  readonly name: string | null
  readonly description: string | null
  readonly filter: string | null
  /** Packets dropped, from the capture's statistics; null without any. */
  readonly dropped: number | null
}

/** Information from the capture's headers. */
export interface InspectedFormat {
  readonly name: CaptureFormatName
  readonly version: string
  readonly byte_orders: readonly string[]
  /** Layout of a pcap file's record headers, such as `standard`. */
  readonly record_headers: string
  /** Compression, such as `gzip` or `zstd`; null for an uncompressed file. */
  readonly compression: string | null
  readonly sections: number
  readonly hardware: string | null
  readonly os: string | null
  readonly application: string | null
}

/** The result for one input. */
export interface CaptureInspection {
  readonly path: string
  readonly status: InputSummary['status']
  readonly problems: readonly InputProblem[]
  /** Bytes of the file on disk that were read. */
  readonly bytes: number
  /** Null when the input is not a capture or could not be read. */
  readonly format: InspectedFormat | null
  readonly packets: {
    readonly total: number
    /** Packets cut by the snaplen. */
    readonly cut: number
    /** Packets with an earlier time than the packet before. */
    readonly back_in_time: number
    /** Packets dropped during the capture, from its statistics. */
    readonly dropped: number
  }
  /** Total bytes of all packets. */
  readonly packet_bytes: { readonly captured: number; readonly on_the_wire: number }
  /** Times of the earliest and the latest packet in UTC, ISO 8601 with nanoseconds; null without packets. */
  readonly first: string | null
  readonly last: string | null
  /** Seconds from `first` to `last`, with 9 decimals; null without packets. */
  readonly duration: string | null
  readonly interfaces: readonly InspectedInterface[]
  /** Number of interfaces, including those not listed in `interfaces`. */
  readonly interface_count: number
  readonly comments: { readonly total: number; readonly first: readonly string[] }
  /** Number and size of decryption secrets by type, never the secrets themselves. */
  readonly secrets: readonly { readonly type: string; readonly blocks: number; readonly bytes: number }[]
  /** Packets by link type, then by content of the frame, then by innermost transport protocol. */
  readonly protocols: readonly PacketGroup[]
  /** Packets by the stack of VLANs and tunnels around them, outermost first. */
  readonly encapsulations: readonly PacketGroup[]
  /** What would be left out, and the option that reads it: packets of another link type than the capture says, tunnels on other ports; null: nothing. */
  readonly suggestion: string | null
  readonly damage: { readonly holes: number; readonly lost_bytes: number }
}

/** The result for all inputs. */
export interface Inspection {
  readonly version: string
  readonly captures: readonly CaptureInspection[]
  /** Files from folders and patterns that are not captures. */
  readonly skipped: SkippedInputs
  /** A message for each argument that matched no input. */
  readonly errors: readonly string[]
}
