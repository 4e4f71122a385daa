import { MAX_RECORD_BYTES } from '../../capture/capture-reader.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'

const SECTION_BYTES = 28
const MOST_INTERFACE_BYTES = 44
const PACKET_OVERHEAD_BYTES = 32
/** Most bytes that one packet needs: its own block, an interface block and a section header. */
const MOST_BYTES = MAX_RECORD_BYTES + 3 + PACKET_OVERHEAD_BYTES + MOST_INTERFACE_BYTES + SECTION_BYTES
const BUFFER_BYTES = MOST_BYTES + 256 * 1024
const TWO_32 = 2 ** 32
const NSEC_PER_USEC = 1000
const MICROSECONDS = 6
const NANOSECONDS = 9

/**
 * Writes packets as a little-endian pcapng file (draft-ietf-opsawg-pcapng) into a buffer, which the caller empties.
 * Packets of one source's interface with the same link type and clock share an interface. Times after 2106 need a further interface per 2^32
 * seconds, because nanoseconds would not fit. No reader yields times before 1970. When a section has the most interfaces
 * allowed, a new section begins.
 */
export class PcapngWriter {
  // Invariants: #bytes[#from, #to) was written and not yet taken. #interfaces are those of the section, by source
  // and key. #knownSource and #knownKey are those of #knownInterface, or -1.
  readonly #bytes = new Uint8Array(BUFFER_BYTES)
  readonly #view = new DataView(this.#bytes.buffer)
  #interfaces: Map<number, number>[] = []
  #interfaceCount = 0
  #from = 0
  #to = 0
  #knownSource = -1
  #knownKey = 0
  #knownInterface = 0
  readonly #maxInterfaces: number

  /** @param maxInterfaces Most interfaces per section, at least 1. */
  constructor(maxInterfaces: number) {
    this.#maxInterfaces = maxInterfaces
    this.#startSection()
  }

  #startSection(): void {
    this.#interfaces = []
    this.#interfaceCount = 0
    const at = this.#block(0x0a0d0d0a, SECTION_BYTES)
    this.#view.setUint32(at + 8, 0x1a2b3c4d, true)
    this.#view.setUint16(at + 12, 1, true)
    this.#view.setUint16(at + 14, 0, true)
    this.#view.setUint32(at + 16, 0xffffffff, true) // length of the section: unknown
    this.#view.setUint32(at + 20, 0xffffffff, true)
  }

  get isEmpty(): boolean {
    return this.#from === this.#to
  }

  /** True while another packet fits. */
  get hasRoom(): boolean {
    return this.#bytes.length - this.#to >= MOST_BYTES
  }

  /** Moves written bytes to `target` at `at`, as many as fit. Returns their number. */
  take(target: Uint8Array, at: number): number {
    const count = Math.min(this.#to - this.#from, target.length - at)
    target.set(this.#bytes.subarray(this.#from, this.#from + count), at)
    this.#from += count
    if (this.isEmpty) {
      this.#from = 0
      this.#to = 0
    }
    return count
  }

  /** Writes a packet whose frame is in `bytes`, of the capture with number `source`. Call it only if `hasRoom`. */
  add(packet: CapturedPacket, bytes: Uint8Array, source: number): void {
    const interfaceNumber = this.#interfaceOf(packet, source)
    const captured = packet.to - packet.from
    const padded = (captured + 3) & ~3
    const at = this.#block(6, PACKET_OVERHEAD_BYTES + padded)
    const view = this.#view
    view.setUint32(at + 8, interfaceNumber, true)
    this.#setTime(at + 12, packet)
    view.setUint32(at + 20, captured, true)
    view.setUint32(at + 24, packet.originalBytes, true)
    this.#bytes.set(bytes.subarray(packet.from, packet.to), at + 28)
    this.#bytes.fill(0, at + 28 + captured, at + 28 + padded)
  }

  // Computed in two steps that are exact in doubles: the values stay below 2^16 * 10^9.
  #setTime(at: number, { tsSec, tsNsec, isNanosecond }: CapturedPacket): void {
    const unitsPerSec = isNanosecond ? 1_000_000_000 : 1_000_000
    const sec = tsSec % TWO_32
    const low = (sec % 65_536) * unitsPerSec + (isNanosecond ? tsNsec : Math.floor(tsNsec / NSEC_PER_USEC))
    const high = Math.floor(sec / 65_536) * unitsPerSec
    const rest = (high % 65_536) * 65_536 + low
    this.#view.setUint32(at, Math.floor(high / 65_536) + Math.floor(rest / TWO_32), true)
    this.#view.setUint32(at + 4, rest % TWO_32, true)
  }

  #interfaceOf({ linkType, isNanosecond, tsSec, interfaceId }: CapturedPacket, source: number): number {
    const era = Math.floor(tsSec / TWO_32)
    const kind = (era * 65_536 + linkType) * 2 + (isNanosecond ? 1 : 0)
    const key = kind * 65_536 + (interfaceId % 65_536)
    if (source === this.#knownSource && key === this.#knownKey) return this.#knownInterface
    let number = this.#interfaces[source]?.get(key)
    if (number === undefined) {
      number = this.#addInterface(linkType, isNanosecond, era)
      const ofSource = this.#interfaces[source] ?? new Map<number, number>()
      this.#interfaces[source] = ofSource.set(key, number)
    }
    this.#knownSource = source
    this.#knownKey = key
    this.#knownInterface = number
    return number
  }

  #addInterface(linkType: number, isNanosecond: boolean, era: number): number {
    if (this.#interfaceCount === this.#maxInterfaces) this.#startSection()
    const at = this.#block(1, era === 0 ? MOST_INTERFACE_BYTES - 12 : MOST_INTERFACE_BYTES)
    const view = this.#view
    view.setUint16(at + 8, linkType, true)
    view.setUint16(at + 10, 0, true)
    view.setUint32(at + 12, 0, true) // snaplen: no limit
    view.setUint16(at + 16, 9, true) // if_tsresol
    view.setUint16(at + 18, 1, true)
    view.setUint32(at + 20, isNanosecond ? NANOSECONDS : MICROSECONDS, true)
    if (era > 0) {
      view.setUint16(at + 24, 14, true) // if_tsoffset
      view.setUint16(at + 26, 8, true)
      view.setUint32(at + 28, 0, true)
      view.setUint32(at + 32, era, true)
    }
    view.setUint32(at + (era === 0 ? 24 : 36), 0, true) // end of options
    this.#interfaceCount += 1
    return this.#interfaceCount - 1
  }

  // Begins a block of `length` bytes. Returns its position.
  #block(type: number, length: number): number {
    const at = this.#to
    this.#view.setUint32(at, type, true)
    this.#view.setUint32(at + 4, length, true)
    this.#view.setUint32(at + length - 4, length, true)
    this.#to += length
    return at
  }
}
