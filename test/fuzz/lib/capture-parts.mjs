// Takes captures apart and puts them together, by the formats' descriptions and with nothing of the program.

import { concat, readUint, writeUint } from './mutate-bytes.mjs'

/**
 * @typedef {object} Packet
 * @property {number} linkType
 * @property {number} tsSec
 * @property {number} tsNsec
 * @property {Uint8Array} frame
 * @property {number} originalBytes
 */

/**
 * A piece of a capture that can be left out, taken twice or put elsewhere: a record of a pcap file, a block of a pcapng file.
 *
 * @typedef {object} Part
 * @property {number} from
 * @property {number} to
 */

/**
 * A number in a capture.
 *
 * @typedef {object} Field
 * @property {number} at
 * @property {number} size
 * @property {boolean} isLittle
 */

/**
 * @typedef {object} Anatomy
 * @property {'pcap' | 'pcapng'} format
 * @property {number} headerBytes what comes before the first part
 * @property {Part[]} parts
 * @property {Field[]} fields
 * @property {Packet[]} packets
 */

const PCAP_MAGICS = [0xa1b2_c3d4, 0xa1b2_3c4d]
const PCAPNG_MAGIC = 0x0a0d_0d0a
const MAX_PARTS = 4096

/**
 * What a sound part of a capture looks like; null: neither a pcap nor a pcapng file.
 *
 * @param {Uint8Array} bytes
 * @returns {Anatomy | null}
 */
export function anatomyOf(bytes) {
  if (bytes.length >= 28 && readUint(bytes, 0, 4, false) === PCAPNG_MAGIC) return pcapngAnatomy(bytes)
  for (const isLittle of [false, true]) {
    if (bytes.length >= 24 && PCAP_MAGICS.includes(readUint(bytes, 0, 4, isLittle)))
      return pcapAnatomy(bytes, isLittle)
  }
  return null
}

/** @param {Uint8Array} bytes @param {boolean} isLittle @returns {Anatomy} */
function pcapAnatomy(bytes, isLittle) {
  const u32 = (/** @type {number} */ at) => readUint(bytes, at, 4, isLittle)
  const isNano = u32(0) === PCAP_MAGICS[1]
  const linkType = u32(20) & 0xffff
  const fields = [4, 6].map((at) => ({ at, size: 2, isLittle }))
  for (const at of [0, 8, 12, 16, 20]) fields.push({ at, size: 4, isLittle })
  /** @type {Anatomy} */
  const anatomy = { format: 'pcap', headerBytes: 24, parts: [], fields, packets: [] }
  for (let at = 24; at + 16 <= bytes.length && anatomy.parts.length < MAX_PARTS; ) {
    const captured = u32(at + 8)
    const to = at + 16 + captured
    if (to > bytes.length) break
    anatomy.parts.push({ from: at, to })
    for (let word = 0; word < 4; word++) fields.push({ at: at + 4 * word, size: 4, isLittle })
    anatomy.packets.push({
      linkType,
      tsSec: u32(at),
      tsNsec: (u32(at + 4) * (isNano ? 1 : 1000)) % 1_000_000_000,
      frame: bytes.slice(at + 16, to),
      originalBytes: Math.max(captured, u32(at + 12)),
    })
    at = to
  }
  return anatomy
}

/** @param {Uint8Array} bytes @returns {Anatomy} */
function pcapngAnatomy(bytes) {
  /** @type {Anatomy} */
  const anatomy = { format: 'pcapng', headerBytes: 0, parts: [], fields: [], packets: [] }
  let isLittle = true
  /** @type {number[]} */
  let linkTypes = []
  for (let at = 0; at + 12 <= bytes.length && anatomy.parts.length < MAX_PARTS; ) {
    if (readUint(bytes, at, 4, false) === PCAPNG_MAGIC) {
      isLittle = readUint(bytes, at + 8, 4, true) === 0x1a2b_3c4d
      linkTypes = []
    }
    const u32 = (/** @type {number} */ place) => readUint(bytes, place, 4, isLittle)
    const type = u32(at)
    const length = u32(at + 4)
    const to = at + length
    if (length < 12 || length % 4 !== 0 || to > bytes.length) break
    anatomy.parts.push({ from: at, to })
    const optionsAt = at + pcapngBody(type, u32(at + 20))
    for (let word = at; word < Math.min(optionsAt, to); word += 4)
      anatomy.fields.push({ at: word, size: 4, isLittle })
    anatomy.fields.push({ at: to - 4, size: 4, isLittle })
    addOptions(anatomy.fields, bytes, optionsAt, to - 4, isLittle)
    if (type === 1) linkTypes.push(readUint(bytes, at + 8, 2, isLittle))
    if (type === 6 && length >= 32) {
      const micros = u32(at + 12) * 0x1_0000_0000 + u32(at + 16)
      anatomy.packets.push({
        linkType: linkTypes[u32(at + 8)] ?? 1,
        tsSec: Math.floor(micros / 1e6) % 0x1_0000_0000,
        tsNsec: (micros % 1e6) * 1000,
        frame: bytes.slice(at + 28, Math.min(at + 28 + u32(at + 20), to - 4)),
        originalBytes: u32(at + 24),
      })
    }
    at = to
  }
  for (const packet of anatomy.packets)
    packet.originalBytes = Math.max(packet.originalBytes, packet.frame.length)
  return anatomy
}

/** Bytes before the options of a block. @param {number} type @param {number} captured as an Enhanced Packet Block has it */
function pcapngBody(type, captured) {
  if (type === PCAPNG_MAGIC) return 24
  if (type === 1) return 16
  if (type === 6 || type === 2) return 28 + 4 * Math.ceil(captured / 4)
  if (type === 3) return 12
  return type === 5 ? 20 : 12
}

/** @param {Field[]} fields @param {Uint8Array} bytes @param {number} from @param {number} to @param {boolean} isLittle */
function addOptions(fields, bytes, from, to, isLittle) {
  for (let at = from; at + 4 <= to; ) {
    fields.push({ at, size: 2, isLittle }, { at: at + 2, size: 2, isLittle })
    const length = readUint(bytes, at + 2, 2, isLittle)
    if (length > 0 && at + 5 <= to) fields.push({ at: at + 4, size: 1, isLittle })
    at += 4 + 4 * Math.ceil(length / 4)
  }
}

/**
 * A pcapng file with microseconds, of one section, and an interface for each link type.
 *
 * @param {readonly Packet[]} packets
 * @param {boolean} isLittle
 */
export function writePcapng(packets, isLittle = true) {
  const linkTypes = [...new Set(packets.map(({ linkType }) => linkType))]
  const parts = [
    block(PCAPNG_MAGIC, [0x1a2b_3c4d, isLittle ? 1 : 0x1_0000, 0xffff_ffff, 0xffff_ffff], null, isLittle),
  ]
  for (const linkType of linkTypes)
    parts.push(block(1, [isLittle ? linkType : linkType * 0x1_0000, 0], null, isLittle))
  for (const { linkType, tsSec, tsNsec, frame, originalBytes } of packets) {
    const micros = tsSec * 1e6 + Math.floor(tsNsec / 1000)
    const words = [linkTypes.indexOf(linkType), Math.floor(micros / 0x1_0000_0000), micros % 0x1_0000_0000]
    parts.push(block(6, [...words, frame.length, originalBytes], frame, isLittle))
  }
  return concat(parts)
}

/** @param {number} type @param {number[]} words @param {Uint8Array | null} frame @param {boolean} isLittle */
function block(type, words, frame, isLittle) {
  const length = 12 + 4 * words.length + 4 * Math.ceil((frame?.length ?? 0) / 4)
  const bytes = new Uint8Array(length)
  for (const [i, word] of [type, length, ...words].entries()) writeUint(bytes, 4 * i, 4, isLittle, word)
  if (frame !== null) bytes.set(frame, 8 + 4 * words.length)
  writeUint(bytes, length - 4, 4, isLittle, length)
  return bytes
}

/**
 * A pcap file of one link type.
 *
 * @param {readonly Packet[]} packets
 * @param {{ isLittle?: boolean, isNano?: boolean, linkType?: number }} options
 */
export function writePcap(
  packets,
  { isLittle = true, isNano = false, linkType = packets[0]?.linkType ?? 1 } = {},
) {
  const words = (/** @type {number[]} */ values) => {
    const bytes = new Uint8Array(4 * values.length)
    for (const [i, value] of values.entries()) writeUint(bytes, 4 * i, 4, isLittle, value)
    return bytes
  }
  /** @type {Uint8Array[]} */
  const parts = [
    words([PCAP_MAGICS[isNano ? 1 : 0] ?? 0, isLittle ? 0x0004_0002 : 0x0002_0004, 0, 0, 262_144, linkType]),
  ]
  for (const { tsSec, tsNsec, frame, originalBytes } of packets)
    parts.push(
      words([tsSec, isNano ? tsNsec : Math.floor(tsNsec / 1000), frame.length, originalBytes]),
      frame,
    )
  return concat(parts)
}
