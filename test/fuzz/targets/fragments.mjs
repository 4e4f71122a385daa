import { FragmentTable, MAX_REASSEMBLED_BYTES } from '../../../dist/wire/fragments.js'
import { blankIpHeader } from '../../../dist/wire/ip-header.js'
import { mutateBytes, pick, readUint } from '../lib/mutate-bytes.mjs'
import { mustAgree, mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */

// A fragment of an input: datagram, offset in blocks, length, flags, version of the content, time.
const FRAGMENT_BYTES = 8
const MAX_FRAGMENTS = 400
const DATAGRAMS = 6
const MORE = 1
const CUT = 2
const FRAME_ROOM = 70 * 1024
const SPOIL = 0x77

/** @type {import('../lib/target.mjs').TargetMaker} */
export const fragments = () => ({
  name: 'fragments',
  unitBytes: FRAGMENT_BYTES,
  make: (random) => {
    const input = datagrams(random, random.between(1, random.chance(0.2) ? 300 : 30))
    return random.chance(0.4) ? mutateBytes(random, input, datagrams(random, 5)) : input
  },
  run: (input, random) => {
    const limits = pick(random, [
      { fragmentTrackers: 65_536, fragmentBytes: 64 * 1024 * 1024 },
      { fragmentTrackers: 2, fragmentBytes: 100_000 },
      { fragmentTrackers: 100, fragmentBytes: 5000 },
    ])
    new FragmentBench(limits).run(input)
  },
})

/** Fragments of datagrams, mostly whole ones. @param {Random} random @param {number} count */
function datagrams(random, count) {
  const input = new Uint8Array(count * FRAGMENT_BYTES)
  const sizes = Array.from({ length: DATAGRAMS }, () => random.between(1, 6))
  const disorder = pick(random, [0, 0.2, 1])
  const next = sizes.map(() => 0)
  for (let i = 0; i < count; i++) {
    const datagram = random.below(DATAGRAMS)
    const size = sizes[datagram] ?? 1
    const isAstray = random.chance(disorder)
    const place = isAstray ? random.below(size + 1) : (next[datagram] ?? 0) % size
    next[datagram] = place + 1
    const isLast = place === size - 1
    const flags = (isLast === isAstray && random.chance(0.3) ? !isLast : isLast) ? 0 : MORE
    const length = isLast ? random.between(1, 24) : 16 * random.between(1, 2)
    input.set(
      [
        datagram,
        0,
        2 * place,
        0,
        length,
        flags | (random.chance(0.05) ? CUT : 0),
        random.below(2),
        random.chance(0.05) ? 40 : 0,
      ],
      i * FRAGMENT_BYTES,
    )
  }
  return input
}

/** A table of fragments, and a model of what may come out of it. */
class FragmentBench {
  /** @param {{ fragmentTrackers: number, fragmentBytes: number }} limits */
  constructor(limits) {
    this.limits = limits
    this.memory = new Uint8Array(FRAME_ROOM + MAX_REASSEMBLED_BYTES).fill(SPOIL)
    this.reserved = 0
    this.table = new FragmentTable(limits, {
      reserve: (bytes) => {
        mustHold(bytes >= 0 && bytes <= MAX_REASSEMBLED_BYTES, () => `${bytes} bytes are reserved`)
        this.reserved = bytes
        return FRAME_ROOM
      },
    })
    this.ip = blankIpHeader()
    /** Versions of each byte that were sent, by datagram: bit sets. @type {Map<number, number>[]} */
    this.sent = Array.from({ length: DATAGRAMS }, () => new Map())
    this.tsSec = 1000
  }

  /** @param {Uint8Array} input */
  run(input) {
    for (
      let at = 0;
      at + FRAGMENT_BYTES <= Math.min(input.length, MAX_FRAGMENTS * FRAGMENT_BYTES);
      at += FRAGMENT_BYTES
    )
      this.add(input, at)
    this.table.finish()
    mustAgree(this.table.heldBytes, 0, 'Bytes held at the end')
  }

  /** @param {Uint8Array} input @param {number} at */
  add(input, at) {
    const u8 = (/** @type {number} */ place) => input[at + place] ?? 0
    const datagram = u8(0) % DATAGRAMS
    const offset = 8 * (readUint(input, at + 1, 2, false) & 0x1fff)
    const wireBytes = readUint(input, at + 3, 2, false)
    const flags = u8(5)
    const captured = flags & CUT ? wireBytes >> 1 : wireBytes
    const version = u8(6) & 7
    this.tsSec += u8(7) < 128 ? u8(7) : u8(7) - 256
    const from = 64
    for (let i = 0; i < captured; i++) this.memory[from + i] = contentAt(datagram, offset + i, version)
    this.describe(datagram, from, captured, wireBytes, offset, (flags & MORE) !== 0)
    this.note(datagram, offset, captured, version)
    const status = this.table.add(this.memory, this.ip, this.tsSec, 0)
    this.memory.fill(SPOIL, 0, from + captured)
    const { heldBytes } = this.table
    mustHold(heldBytes >= 0 && heldBytes <= this.limits.fragmentBytes, () => `${heldBytes} bytes are held`)
    // A first fragment that was cut is given as it is, where it stood.
    if (status === 'complete' && this.ip.at >= FRAME_ROOM) this.check(datagram)
  }

  /** @param {number} datagram @param {number} from @param {number} captured @param {number} wireBytes @param {number} offset @param {boolean} more */
  describe(datagram, from, captured, wireBytes, offset, more) {
    const isIpv6 = datagram >= DATAGRAMS / 2
    if (isIpv6) this.memory.fill(datagram, 0, 32)
    Object.assign(this.ip, blankIpHeader(), {
      version: isIpv6 ? 6 : 4,
      src: isIpv6 ? 0 : 0x0a00_0001,
      dst: isIpv6 ? 16 : 0x0a00_0002,
      protocol: 17,
      at: from,
      to: from + captured,
      wireTo: from + wireBytes,
      ipBytes: 20 + wireBytes,
      isFragment: true,
      fragmentId: datagram,
      fragmentOffset: offset,
      moreFragments: more,
    })
  }

  /** @param {number} datagram @param {number} offset @param {number} captured @param {number} version */
  note(datagram, offset, captured, version) {
    const sent = this.sent[datagram]
    for (let i = offset; i < offset + captured; i++) sent?.set(i, (sent.get(i) ?? 0) | (1 << version))
  }

  /** What was put together has no byte but those that were sent for its place. @param {number} datagram */
  check(datagram) {
    const { ip, memory } = this
    const addressBytes = ip.version === 6 ? 32 : 0
    mustAgree([ip.isFragment, ip.at], [false, FRAME_ROOM + addressBytes], 'Where the datagram is')
    mustHold(
      ip.to >= ip.at && ip.to - ip.at + addressBytes === this.reserved && ip.wireTo >= ip.to,
      () => `Datagram ${JSON.stringify(ip)} in ${this.reserved} bytes`,
    )
    if (ip.version === 6)
      mustHold(
        memory.subarray(ip.src, ip.dst + 16).every((byte) => byte === datagram),
        () => 'Addresses must be kept',
      )
    for (let i = ip.at; i < ip.to; i++) {
      const place = i - ip.at
      const version = ((memory[i] ?? 0) - contentAt(datagram, place, 0)) & 255
      const isSent =
        version % 32 === 0 && (((this.sent[datagram]?.get(place) ?? 0) >> (version >> 5)) & 1) === 1
      mustHold(isSent, () => `Byte ${place} of datagram ${datagram} was never sent`)
    }
    memory.fill(SPOIL, FRAME_ROOM, FRAME_ROOM + this.reserved)
  }
}

/** @param {number} datagram @param {number} place @param {number} version */
function contentAt(datagram, place, version) {
  return ((Math.imul(place + 1, 0x9e37_79b1) >>> 24) + datagram + 32 * version) & 255
}
