/** What a live capture takes in. */
export interface CaptureOptions {
  /** Name of the interface, as the system has it. */
  readonly interfaceName: string
  /** pcap-filter(7) expression for the kernel; null: every packet. */
  readonly filter: string | null
  /** Bytes kept of each frame. */
  readonly snaplen: number
  /** Take also frames that are addressed to others. */
  readonly promiscuous: boolean
  /** The kernel's buffer. */
  readonly bufferBytes: number
  /** Packets after which the capture ends; Infinity: never. */
  readonly packetCount: number
}

/** What the kernel has counted since the capture began. */
export interface LiveCounts {
  /** Packets that passed the filter, the dropped ones among them (on some systems: before the filter). */
  readonly received: number
  /** Lost because the kernel's buffer was full. */
  readonly dropped: number
  /** Lost before that, by the interface or its driver, where the system tells. */
  readonly droppedByInterface: number
}

export const NO_COUNTS: LiveCounts = { received: 0, dropped: 0, droppedByInterface: 0 }

/** How an interface is known to the system. */
export interface LiveInterface {
  readonly name: string
  /** Addresses as text; IPv6 in its canonical form (RFC 5952), without zone. */
  readonly addresses: readonly string[]
  readonly description: string | null
  /** Null where it isn't told. */
  readonly isUp: boolean | null
  readonly isLoopback: boolean
}

/** What captures: libpcap, or the package cap. */
export type LiveBackend = 'libpcap' | 'cap'

/** Why a capture did not begin: the user's filter, or what the message says (`system`). */
export type OpenFailure =
  /** `linkType`: LINKTYPE_* value of the interface; null where it isn't told. */
  | { readonly kind: 'filter'; readonly message: string; readonly linkType: number | null }
  | { readonly kind: 'system'; readonly message: string }
