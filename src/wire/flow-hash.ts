import type { PacketTuple } from './transport-packet.js'

// Multipliers of MurmurHash3's finalizer (public domain), and one for protocol and version.
const MULTIPLIER_A = 0x85ebca6b
const MULTIPLIER_B = 0xc2b2ae35
const PROTOCOL_MULTIPLIER = 0xcc9e2d51
const PART_SALT = 0x9e3779b9
const TABLE = 256
/** Start of the tables for each part of an endpoint. */
const ADDRESS = 0
const PORT_HIGH = 16 * TABLE
const PORT_LOW = 17 * TABLE

/** Words of a key: a table for each byte of an IPv6 endpoint. */
export const FLOW_HASH_KEY_WORDS = 18 * TABLE

/**
 * Hashes a 5-tuple to the same value in both directions. Every bit depends on the whole tuple: the high bits choose the
 * worker, the low bits the bucket.
 *
 * Endpoints are hashed by simple tabulation (M. Pătraşcu, M. Thorup, "The Power of Simple Tabulation Hashing"): the
 * hashes of any two endpoints are independent if the key is drawn after the endpoints were chosen. So nobody can craft a
 * capture whose connections all fall into one bucket.
 *
 * @param bytes Buffer to which the offsets of IPv6 addresses refer.
 * @param key   {@link FLOW_HASH_KEY_WORDS} random words, the same throughout a run. No output may depend on them.
 * @returns int32
 */
export function flowHash(bytes: Uint8Array, tuple: PacketTuple, key: Uint32Array): number {
  const { src, dst, srcPort, dstPort } = tuple
  // Each endpoint is mixed before the two are added. Otherwise exchanging their ports would give the same sum.
  const ends =
    tuple.ipVersion === 4
      ? hashIpv4(key, src, srcPort) + hashIpv4(key, dst, dstPort)
      : hashIpv6(key, bytes, src, srcPort) + hashIpv6(key, bytes, dst, dstPort)
  return finish(ends ^ Math.imul((tuple.protocol << 3) | tuple.ipVersion, PROTOCOL_MULTIPLIER))
}

/**
 * Which of `parts` parts a 5-tuple with this hash belongs to, from 1. The hash is mixed again: its high bits choose the
 * worker, its low bits the bucket, and a part must not have all of one worker's.
 *
 * @param parts At most 2^16.
 */
export function partOf(hash: number, parts: number): number {
  return (((finish(hash ^ PART_SALT) >>> 16) * parts) >>> 16) + 1
}

function hashIpv4(key: Uint32Array, address: number, port: number): number {
  return finish(
    key[ADDRESS + (address >>> 24)]! ^
      key[ADDRESS + TABLE + ((address >>> 16) & 255)]! ^
      key[ADDRESS + 2 * TABLE + ((address >>> 8) & 255)]! ^
      key[ADDRESS + 3 * TABLE + (address & 255)]! ^
      key[PORT_HIGH + (port >>> 8)]! ^
      key[PORT_LOW + (port & 255)]!,
  )
}

function hashIpv6(key: Uint32Array, bytes: Uint8Array, at: number, port: number): number {
  let hash = key[PORT_HIGH + (port >>> 8)]! ^ key[PORT_LOW + (port & 255)]!
  for (let i = 0; i < 16; i++) hash ^= key[ADDRESS + i * TABLE + bytes[at + i]!]!
  return finish(hash)
}

function finish(value: number): number {
  let hash = value
  hash ^= hash >>> 16
  hash = Math.imul(hash, MULTIPLIER_A)
  hash ^= hash >>> 13
  hash = Math.imul(hash, MULTIPLIER_B)
  return hash ^ (hash >>> 16)
}
