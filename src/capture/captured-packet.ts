/**
 * One captured record as the file describes it. The caller makes one object and reuses it: valid until the next call of
 * `next()`.
 */
export interface CapturedPacket {
  /** Seconds since 1970-01-01 UTC. May be beyond 2^32 in pcapng. */
  tsSec: number
  /** 0..999,999,999 */
  tsNsec: number
  /** True when the capture's clock is finer than a microsecond. */
  isNanosecond: boolean
  /** LINKTYPE_* value of the interface that saw the packet. */
  linkType: number
  /** Number of the interface that saw the packet, from 0, counted over all sections of the capture. */
  interfaceId: number
  /** Where its record begins in the current window: the header of a pcap record, a block of pcapng. */
  recordFrom: number
  /** The frame is `bytes[from, to)` of the current window. */
  from: number
  to: number
  /** Original Packet Length: bytes on the wire, at least `to - from`. */
  originalBytes: number
}

export function blankCapturedPacket(): CapturedPacket {
  return {
    tsSec: 0,
    tsNsec: 0,
    isNanosecond: false,
    linkType: 0,
    interfaceId: 0,
    recordFrom: 0,
    from: 0,
    to: 0,
    originalBytes: 0,
  }
}

/** Takes the frame check sequence off, or what was captured of it. */
export function cutFcs(out: CapturedPacket, fcsBytes: number): void {
  out.originalBytes = Math.max(0, out.originalBytes - fcsBytes)
  out.to = Math.min(out.to, out.from + out.originalBytes)
}
