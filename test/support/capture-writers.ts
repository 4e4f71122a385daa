// Writers of captures for tests, written from the specifications of the formats. They share no code with the readers.

/** A packet to write. */
export interface WrittenPacket {
  readonly tsSec: number
  readonly tsNsec: number
  readonly frame: Uint8Array
  readonly originalBytes: number
}

export interface PcapOptions {
  readonly isLittleEndian?: boolean
  readonly magic?: number
  readonly version?: readonly [number, number]
  readonly snaplen?: number
  readonly linkType?: number
  /** Bytes after the 24 bytes of the file header. */
  readonly headerTail?: readonly number[]
  /** Bytes after the 16 bytes of each record header. */
  readonly recordTail?: readonly number[]
  readonly hasSwappedLengths?: boolean
  /** Nanoseconds per unit of the fraction. */
  readonly nsecPerUnit?: number
}

/** Makes a pcap file. */
export function pcapFile(packets: readonly WrittenPacket[], options: PcapOptions = {}): Uint8Array {
  const {
    isLittleEndian = true,
    magic = 0xa1b2c3d4,
    version = [2, 4],
    snaplen = 262_144,
    linkType = 1,
  } = options
  const { headerTail = [], recordTail = [], hasSwappedLengths = false, nsecPerUnit = 1000 } = options
  const writer = new FieldWriter(isLittleEndian)
  writer.u32(magic).u16(version[0]).u16(version[1]).u32(0).u32(0).u32(snaplen).u32(linkType).bytes(headerTail)
  for (const { tsSec, tsNsec, frame, originalBytes } of packets) {
    writer.u32(tsSec).u32(tsNsec / nsecPerUnit)
    if (hasSwappedLengths) writer.u32(originalBytes).u32(frame.length)
    else writer.u32(frame.length).u32(originalBytes)
    writer.bytes(recordTail).bytes(frame)
  }
  return writer.done()
}

/** An option of a block: its code and its value. */
export type WrittenOption = readonly [code: number, value: readonly number[]]

/** Builds a pcapng file block by block. */
export class PcapngBuilder {
  readonly #blocks: Uint8Array[] = []
  #isLittleEndian = true

  section(
    isLittleEndian = true,
    options: readonly WrittenOption[] = [],
    version: readonly [number, number] = [1, 0],
  ) {
    this.#isLittleEndian = isLittleEndian
    const body = this.#fields()
      .u32(0x1a2b3c4d)
      .u16(version[0])
      .u16(version[1])
      .u32(0xffffffff)
      .u32(0xffffffff)
    return this.block(0x0a0d0d0a, this.#withOptions(body, options))
  }

  interface(linkType: number, snaplen = 0, options: readonly WrittenOption[] = []) {
    const body = this.#fields().u16(linkType).u16(0).u32(snaplen)
    return this.block(1, this.#withOptions(body, options))
  }

  /** Enhanced Packet Block. */
  enhanced(
    interfaceId: number,
    timestamp: bigint,
    frame: Uint8Array,
    originalBytes = frame.length,
    options: readonly WrittenOption[] = [],
  ) {
    const body = this.#fields().u32(interfaceId).timestamp(timestamp).u32(frame.length).u32(originalBytes)
    return this.block(6, this.#withOptions(body.padded(frame), options))
  }

  /** Obsolete Packet Block. */
  obsolete(
    interfaceId: number,
    drops: number,
    timestamp: bigint,
    frame: Uint8Array,
    originalBytes = frame.length,
  ) {
    const body = this.#fields()
      .u16(interfaceId)
      .u16(drops)
      .timestamp(timestamp)
      .u32(frame.length)
      .u32(originalBytes)
    return this.block(2, body.padded(frame).done())
  }

  /** Simple Packet Block. The length of the frame must match the original length and the interface's snaplen. */
  simple(frame: Uint8Array, originalBytes = frame.length) {
    return this.block(3, this.#fields().u32(originalBytes).padded(frame).done())
  }

  /** Interface Statistics Block. */
  statistics(interfaceId: number, options: readonly WrittenOption[]) {
    return this.block(5, this.#withOptions(this.#fields().u32(interfaceId).u32(0).u32(0), options))
  }

  /** Any block. `body` is the content between the two lengths; it is padded to a multiple of 4. */
  block(type: number, body: Uint8Array, length = body.length + 12, trailer = length) {
    this.#blocks.push(this.#fields().u32(type).u32(length).padded(body).u32(trailer).done())
    return this
  }

  /** Encodes an integer as the value of an option, in the section's byte order. */
  value(bytes: 1 | 8, value: bigint): number[] {
    const view = new DataView(new ArrayBuffer(8))
    view.setBigInt64(0, value, this.#isLittleEndian)
    return bytes === 8 ? [...new Uint8Array(view.buffer)] : [Number(value)]
  }

  done(): Uint8Array {
    return concat(this.#blocks)
  }

  #fields(): FieldWriter {
    return new FieldWriter(this.#isLittleEndian)
  }

  #withOptions(body: FieldWriter, options: readonly WrittenOption[]): Uint8Array {
    for (const [code, value] of options) body.u16(code).u16(value.length).padded(Uint8Array.from(value))
    if (options.length > 0) body.u32(0)
    return body.done()
  }
}

/** Appends integers in one byte order. */
class FieldWriter {
  readonly #parts: Uint8Array[] = []
  readonly #isLittleEndian: boolean

  constructor(isLittleEndian: boolean) {
    this.#isLittleEndian = isLittleEndian
  }

  u16(value: number): this {
    const view = new DataView(new ArrayBuffer(2))
    view.setUint16(0, value, this.#isLittleEndian)
    return this.bytes(new Uint8Array(view.buffer))
  }

  u32(value: number): this {
    const view = new DataView(new ArrayBuffer(4))
    view.setUint32(0, value, this.#isLittleEndian)
    return this.bytes(new Uint8Array(view.buffer))
  }

  timestamp(value: bigint): this {
    return this.u32(Number(value >> 32n)).u32(Number(value & 0xffffffffn))
  }

  bytes(value: ArrayLike<number>): this {
    this.#parts.push(Uint8Array.from(value))
    return this
  }

  padded(value: Uint8Array): this {
    return this.bytes(value).bytes(new Uint8Array((4 - (value.length % 4)) % 4))
  }

  done(): Uint8Array {
    return concat(this.#parts)
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
