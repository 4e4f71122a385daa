/** Options of a live capture. */
export interface CaptureOptions {
  /** The system's name of the interface. */
  readonly interfaceName: string
  /** pcap-filter(7) expression for the kernel; null to capture every packet. */
  readonly filter: string | null
  /** Most bytes captured of a frame. */
  readonly snaplen: number
  /** True to capture frames addressed to others, too. */
  readonly promiscuous: boolean
  /** Size of the kernel's buffer. */
  readonly bufferBytes: number
  /** Number of packets after which the capture ends; Infinity for no end. */
  readonly packetCount: number
}

/** The kernel's packet counts since the capture began. */
export interface LiveCounts {
  /** Packets that passed the filter, including dropped ones. Some systems count before the filter. */
  readonly received: number
  /** Packets dropped because the kernel's buffer was full. */
  readonly dropped: number
  /** Packets dropped earlier, by the interface or its driver; 0 on systems that do not count them. */
  readonly droppedByInterface: number
}

export const NO_COUNTS: LiveCounts = { received: 0, dropped: 0, droppedByInterface: 0 }

/** A network interface that can be captured on. */
export interface LiveInterface {
  readonly name: string
  /** Addresses in canonical form (RFC 5952 for IPv6), without zone. */
  readonly addresses: readonly string[]
  readonly description: string | null
  /** Null when unknown. */
  readonly isUp: boolean | null
  readonly isLoopback: boolean
}

/** The library that captures: libpcap, or the package cap. */
export type LiveBackend = 'libpcap' | 'cap'

/** Why a capture did not begin: `'filter'` for the user's filter, `'system'` for anything else. */
export type OpenFailure =
  /** `linkType`: LINKTYPE_* value of the interface; null when unknown. */
  | { readonly kind: 'filter'; readonly message: string; readonly linkType: number | null }
  | { readonly kind: 'system'; readonly message: string }
