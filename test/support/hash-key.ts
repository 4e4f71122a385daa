import { FLOW_HASH_KEY_WORDS } from '../../src/wire/flow-hash.js'

/** A pseudo-random key for `flowHash()`, determined by the seed (xorshift32). */
export function hashKey(seed: number): Uint32Array {
  let state = seed | 1
  return Uint32Array.from({ length: FLOW_HASH_KEY_WORDS }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state
  })
}
