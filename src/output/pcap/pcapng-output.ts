import type { CaptureDescription } from '../../capture/capture-description.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'

const ENHANCED_PACKET = 6
const PACKET_FIELDS_BYTES = 28
const IF_NAME = 2
const IF_DESCRIPTION = 3
const IF_TSRESOL = 9
const TWO_32 = 2n ** 32n
/** Options of packets that are numbers, with their bytes. */
const NUMBERS = new Map([
  [2, 4], // flags
  [4, 8], // packets dropped
  [5, 8], // packet id
  [6, 4], // queue
])
const NO_BYTES = Buffer.alloc(0)

/** Where a packet comes from. */
export interface PacketOrigin {
  readonly input: number
  readonly description: CaptureDescription | null
  readonly isBigEndian: boolean
}

/** Makes a pcapng file (draft-ietf-opsawg-pcapng) of packets of other captures: with their frames, times, interfaces and comments. */
export class PcapngOutput {
  // Invariant: #interfaces are the numbers of those that have been described, by input, number there, link type and clock.
  readonly #interfaces = new Map<string, number>()
  #hasSection = false

  /** What stands before the first packet, unless it has been made; of a capture without packets it is all. Owned by the caller. */
  start(): Buffer[] {
    if (this.#hasSection) return []
    this.#hasSection = true
    const section = Buffer.alloc(16, 0xff) // its length: unknown
    section.writeUInt32LE(0x1a2b3c4d)
    section.writeUInt32LE(1, 4) // version 1.0
    return [block(0x0a0d0d0a, section, NO_BYTES)]
  }

  /** The blocks of a packet whose record and frame are in `bytes`. Owned by the caller. */
  packet(bytes: Uint8Array, packet: CapturedPacket, origin: PacketOrigin): Buffer[] {
    const blocks = this.start()
    const { linkType, isNanosecond, interfaceId } = packet
    const key = `${origin.input}:${interfaceId}:${linkType}:${isNanosecond}`
    let number = this.#interfaces.get(key)
    if (number === undefined) {
      number = this.#interfaces.size
      this.#interfaces.set(key, number)
      blocks.push(interfaceBlock(packet, origin.description))
    }
    blocks.push(packetBlock(bytes, packet, number, origin))
    return blocks
  }
}

function interfaceBlock(
  { linkType, isNanosecond, interfaceId }: CapturedPacket,
  description: CaptureDescription | null,
): Buffer {
  const fields = Buffer.alloc(8)
  fields.writeUInt16LE(linkType)
  const described = description?.interfaces[interfaceId]
  const options = [option(IF_TSRESOL, Buffer.of(isNanosecond ? 9 : 6))]
  if (described?.name) options.push(option(IF_NAME, Buffer.from(described.name)))
  if (described?.description) options.push(option(IF_DESCRIPTION, Buffer.from(described.description)))
  return block(1, fields, Buffer.concat([...options, Buffer.alloc(4)]))
}

function packetBlock(
  bytes: Uint8Array,
  packet: CapturedPacket,
  number: number,
  { description, isBigEndian }: PacketOrigin,
): Buffer {
  const { from, to, tsSec, tsNsec, isNanosecond, originalBytes } = packet
  const captured = to - from
  const fields = Buffer.alloc(20 + paddedTo4(captured))
  const units = isNanosecond
    ? BigInt(tsSec) * 1_000_000_000n + BigInt(tsNsec)
    : BigInt(tsSec) * 1_000_000n + BigInt(Math.floor(tsNsec / 1000))
  fields.writeUInt32LE(number)
  fields.writeUInt32LE(Number((units / TWO_32) % TWO_32), 4)
  fields.writeUInt32LE(Number(units % TWO_32), 8)
  fields.writeUInt32LE(captured, 12)
  fields.writeUInt32LE(Math.min(originalBytes, 0xffff_ffff), 16)
  fields.set(bytes.subarray(from, to), 20)
  const options =
    description?.format === 'pcapng' ? packetOptions(bytes, packet.recordFrom, isBigEndian) : NO_BYTES
  return block(ENHANCED_PACKET, fields, options)
}

// The options of the packet's block, in our byte order.
function packetOptions(bytes: Uint8Array, record: number, isBigEndian: boolean): Buffer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(record, !isBigEndian) !== ENHANCED_PACKET) return NO_BYTES
  const end = record + view.getUint32(record + 4, !isBigEndian) - 4
  const options: Buffer[] = []
  let at = record + PACKET_FIELDS_BYTES + paddedTo4(view.getUint32(record + 20, !isBigEndian))
  while (at + 4 <= end && end <= bytes.length) {
    const code = view.getUint16(at, !isBigEndian)
    const length = view.getUint16(at + 2, !isBigEndian)
    if (code === 0 || at + 4 + length > end) break
    const value = Buffer.from(bytes.subarray(at + 4, at + 4 + length)) // owned copy
    if (isBigEndian && NUMBERS.get(code) === length) value.reverse()
    options.push(option(code, value))
    at += 4 + paddedTo4(length)
  }
  return options.length === 0 ? NO_BYTES : Buffer.concat([...options, Buffer.alloc(4)])
}

function paddedTo4(length: number): number {
  return (length + 3) & ~3
}

function option(code: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + paddedTo4(value.length))
  bytes.writeUInt16LE(code)
  bytes.writeUInt16LE(value.length, 2)
  value.copy(bytes, 4)
  return bytes
}

function block(type: number, fields: Buffer, options: Buffer): Buffer {
  const length = 12 + fields.length + options.length
  const bytes = Buffer.alloc(length)
  bytes.writeUInt32LE(type)
  bytes.writeUInt32LE(length, 4)
  fields.copy(bytes, 8)
  options.copy(bytes, 8 + fields.length)
  bytes.writeUInt32LE(length, length - 4)
  return bytes
}
