import type { PacketTuple } from './transport-packet.js'

// Multipliers of MurmurHash3's finalizer (public domain), and one for protocol and version.
const MULTIPLIER_A = 0x85ebca6b
const MULTIPLIER_B = 0xc2b2ae35
const PROTOCOL_MULTIPLIER = 0xcc9e2d51
const TABLE = 256
/** First table of each part of an endpoint. */
const ADDRESS = 0
const PORT_HIGH = 16 * TABLE
const PORT_LOW = 17 * TABLE

/** Words of a key: a table for each byte of an IPv6 endpoint. */
export const FLOW_HASH_KEY_WORDS = 18 * TABLE

/**
 * Hash of a 5-tuple, the same for both directions. Every bit depends on the whole tuple: workers are chosen by the
 * high bits, buckets by the low ones.
 *
 * An endpoint is hashed by simple tabulation (M. Pătraşcu, M. Thorup, "The Power of Simple Tabulation Hashing"): any two
 * endpoints have independent values, whoever chose them, as long as the key is drawn after they were written down. So no
 * capture can be made whose connections meet in one bucket.
 *
 * @param bytes Buffer that IPv6 addresses are offsets in.
 * @param key   {@link FLOW_HASH_KEY_WORDS} random words, the same during a run. No result may depend on them.
 * @returns int32
 */
export function flowHash(bytes: Uint8Array, tuple: PacketTuple, key: Uint32Array): number {
  const { src, dst, srcPort, dstPort } = tuple
  const isIpv4 = tuple.ipVersion === 4
  const srcHash = isIpv4 ? hashIpv4(key, src) : hashIpv6(key, bytes, src)
  const dstHash = isIpv4 ? hashIpv4(key, dst) : hashIpv6(key, bytes, dst)
  // Each endpoint is mixed before the two are added. Otherwise two endpoints with exchanged ports would give the same
  // sum.
  const ends = finish(srcHash ^ hashPort(key, srcPort)) + finish(dstHash ^ hashPort(key, dstPort))
  return finish(ends ^ Math.imul((tuple.protocol << 3) | tuple.ipVersion, PROTOCOL_MULTIPLIER))
}

function hashIpv4(key: Uint32Array, address: number): number {
  return (
    key[ADDRESS + (address >>> 24)]! ^
    key[ADDRESS + TABLE + ((address >>> 16) & 255)]! ^
    key[ADDRESS + 2 * TABLE + ((address >>> 8) & 255)]! ^
    key[ADDRESS + 3 * TABLE + (address & 255)]!
  )
}

function hashIpv6(key: Uint32Array, bytes: Uint8Array, at: number): number {
  let hash = 0
  for (let i = 0; i < 16; i++) hash ^= key[ADDRESS + i * TABLE + bytes[at + i]!]!
  return hash
}

function hashPort(key: Uint32Array, port: number): number {
  return key[PORT_HIGH + (port >>> 8)]! ^ key[PORT_LOW + (port & 255)]!
}

function finish(value: number): number {
  let hash = value
  hash ^= hash >>> 16
  hash = Math.imul(hash, MULTIPLIER_A)
  hash ^= hash >>> 13
  hash = Math.imul(hash, MULTIPLIER_B)
  return hash ^ (hash >>> 16)
}
