import { Random, seedOf } from '../../../fixtures/generator/random.mjs'
import { anatomyOf, writePcapng } from './capture-parts.mjs'
import { mutateBytes, pick } from './mutate-bytes.mjs'
import { mutatePacket } from './mutate-frame.mjs'
import { hashBytes } from './properties.mjs'

/** @typedef {import('./target.mjs').Target} Target */

const KEPT_INPUTS = 300
/** Share of the cases that are made of inputs which reached something new. */
const SHARE_OF_KEPT = 0.5

/** A case depends on nothing but the seed and its number. @param {Target} target @param {number} seed @param {number} number */
export function caseOf(target, seed, number) {
  const random = randomOf(target, seed, number)
  const input = target.make(random)
  return { input, salt: random.u32() }
}

/** @param {Target} target @param {number} seed @param {number} number */
function randomOf(target, seed, number) {
  const name = Buffer.from(target.name)
  return new Random(seedOf(seedOf(seed, hashBytes(name, 0, name.length)), number))
}

/** Cases that go on from inputs which reached new code: what comes out depends on all that was run before. */
export class GuidedCases {
  constructor() {
    /** By target. @type {Map<string, Uint8Array[]>} */
    this.kept = new Map()
  }

  /** @param {Target} target @param {Uint8Array} input which reached something new */
  keep(target, input) {
    const kept = this.kept.get(target.name) ?? []
    this.kept.set(target.name, kept)
    if (kept.push(input) > KEPT_INPUTS) kept.splice(kept.length >> 1, 1)
  }

  /** @param {Target} target @param {number} seed @param {number} number */
  next(target, seed, number) {
    const kept = this.kept.get(target.name)
    const random = randomOf(target, seed, number)
    if (kept === undefined || !random.chance(SHARE_OF_KEPT)) return caseOf(target, seed, number)
    return { input: changed(random, pick(random, kept), pick(random, kept)), salt: random.u32() }
  }
}

/** @param {Random} random @param {Uint8Array} input @param {Uint8Array} other */
function changed(random, input, other) {
  const packets = anatomyOf(input)?.packets ?? []
  if (packets.length === 0 || random.chance(0.3)) return mutateBytes(random, input, other)
  const others = anatomyOf(other)?.packets ?? packets
  const share = pick(random, [0.05, 0.3, 1])
  const change = (/** @type {import('./capture-parts.mjs').Packet} */ packet) =>
    random.chance(share)
      ? mutatePacket(random, packet, pick(random, others.length > 0 ? others : packets))
      : packet
  return writePcapng(packets.map(change))
}
