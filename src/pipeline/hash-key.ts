import { createHmac, randomFillSync } from 'node:crypto'
import type { Shard } from '../config/shard.js'
import { FLOW_HASH_KEY_WORDS } from '../wire/flow-hash.js'

const WORDS_PER_DIGEST = 8

/** The key of `flowHash` in a run: random words, or those that its shard's seed stands for, on any machine. */
export function hashKey(shard: Shard | null): Uint32Array {
  const key = new Uint32Array(FLOW_HASH_KEY_WORDS)
  if (shard === null) return randomFillSync(key)
  const seed = Buffer.from(shard.seed, 'hex')
  for (let i = 0; i < key.length; i += WORDS_PER_DIGEST) {
    const digest = createHmac('sha256', seed).update(`flow hash ${i}`).digest()
    for (let k = 0; k < WORDS_PER_DIGEST && i + k < key.length; k++) key[i + k] = digest.readUInt32BE(4 * k)
  }
  return key
}
