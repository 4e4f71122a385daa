import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BATCH_PACKETS } from '../../src/flow/batches.js'
import { concat, ethernet, ipv4, ipv6, tcp, text, udp, vlan } from '../support/frames.js'
import { vxlan } from '../support/tunnel-frames.js'
import { copiesOf, type FeedFrame } from './packet-feed.js'

const MS = 1_000
const TIMESTAMPS = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]

/** A TCP segment over IPv4. */
const segment = (id: number, payload = 'hello', seq = 1) =>
  ipv4({ protocol: 6, id }, tcp({ seq }, text(payload)))
const datagram = (id: number, payload = 'query') => ipv4({ protocol: 17, id }, udp({}, text(payload)))
const tagged = (id: number, packet: Uint8Array) => ethernet(vlan(id, packet), { etherType: 0x8100 })
const segment6 = (options: readonly number[] = []) => ipv6({ protocol: 6 }, tcp({ options }, text('six')))

/** The bytes of `source` with those at `at` replaced. */
function altered(source: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = source.slice()
  copy.set(values, at)
  return copy
}

const sll2 = (ifindex: number, packet: Uint8Array) =>
  concat([8, 0, 0, 0, 0, 0, 0, ifindex, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], packet)

const sll = (kind: number, packet: Uint8Array) =>
  concat([0, kind, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0], packet)
/** A packet as a mirror with this number sends it, by VXLAN. */
const tunnelled = (mirror: number, packet: Uint8Array) =>
  ethernet(
    ipv4(
      { protocol: 17, id: mirror, src: `192.0.2.${mirror}` },
      udp({ srcPort: 50_000, dstPort: 4789 }, vxlan(5, ethernet(packet))),
    ),
  )
const synAck = (id: number) => ipv4({ protocol: 6, id }, tcp({ seq: 5, flags: 0x12 }))

const DSCP = 14 + 1
const FRAGMENT_FIELD = 14 + 6
const TTL = 14 + 8
const TCP_FLAGS = 14 + 20 + 13
const CHECKSUM = 14 + 20 + 16
const frame = ethernet(segment(9))
const plain = { frame, at: 0 }
const isolated = ethernet(datagram(0))

// [what, first, second, copy]
const pairs: [string, FeedFrame, FeedFrame, boolean][] = [
  ['a full copy', plain, { frame, at: 100 }, true],
  ['a full copy at 20 ms', plain, { frame, at: 20 * MS }, true],
  ['a full copy after 20 ms', plain, { frame, at: 20 * MS + 1 }, false],
  ['a copy in a VLAN', plain, { frame: tagged(200, segment(9)), at: 10 }, true],
  [
    'a copy in another VLAN',
    { frame: tagged(7, segment(9)), at: 0 },
    { frame: tagged(8, segment(9)), at: 9 },
    true,
  ],
  ['a copy behind a router', plain, { frame: altered(frame, TTL, 63, 6, 0xab, 0xcd), at: 10 }, true],
  ['a copy with other MAC addresses', plain, { frame: altered(frame, 0, 2, 9, 9, 9, 9, 9), at: 10 }, true],
  ['a copy at another interface', plain, { frame, at: 10, interfaceId: 3 }, true],
  ['a copy whose checksum is right', plain, { frame: altered(frame, CHECKSUM, 0, 0), at: 10 }, true],
  ['a retransmission', plain, { frame: ethernet(segment(10)), at: 10 }, false],
  ['other payload', plain, { frame: ethernet(segment(9, 'hullo')), at: 10 }, false],
  [
    'other payload behind a router',
    plain,
    { frame: altered(ethernet(segment(9, 'hullo')), TTL, 3), at: 10 },
    false,
  ],
  ['another sequence number', plain, { frame: ethernet(segment(9, 'hello', 2)), at: 10 }, false],
  ['a datagram sent twice', { frame: isolated, at: 0 }, { frame: isolated, at: 10 }, false],
  [
    'a datagram seen elsewhere',
    { frame: isolated, at: 0 },
    { frame: altered(isolated, TTL, 9), at: 10 },
    true,
  ],
  [
    'a copied datagram',
    { frame: ethernet(datagram(5)), at: 0 },
    { frame: ethernet(datagram(5)), at: 10 },
    true,
  ],
  ['IPv6', { frame: ethernet(segment6()), at: 0 }, { frame: ethernet(segment6()), at: 10 }, false],
  ['IPv6 in a VLAN', { frame: ethernet(segment6()), at: 0 }, { frame: tagged(3, segment6()), at: 10 }, true],
  [
    'IPv6 with timestamps',
    { frame: ethernet(segment6(TIMESTAMPS)), at: 0 },
    { frame: ethernet(segment6(TIMESTAMPS)), at: 10 },
    true,
  ],
  [
    'another interface of `any`',
    { frame: sll2(1, datagram(0)), at: 0, linkType: 276 },
    { frame: sll2(2, datagram(0)), at: 10, linkType: 276 },
    true,
  ],
  [
    'another sender at one interface of `any`',
    { frame: sll2(1, datagram(0)), at: 0, linkType: 276 },
    { frame: altered(sll2(1, datagram(0)), 17, 9), at: 10, linkType: 276 },
    true,
  ],
  [
    'a packet that comes in and goes out, of `any` without interfaces',
    { frame: sll(0, datagram(0)), at: 0, linkType: 113 },
    { frame: sll(4, datagram(0)), at: 10, linkType: 113 },
    true,
  ],
  [
    'a datagram sent twice in one tunnel',
    { frame: tunnelled(1, datagram(0)), at: 0 },
    { frame: tunnelled(1, datagram(0)), at: 10 },
    false,
  ],
  [
    'a datagram mirrored by two switches',
    { frame: tunnelled(1, datagram(0)), at: 0 },
    { frame: tunnelled(2, datagram(0)), at: 10 },
    true,
  ],
  [
    'a SYN+ACK without identification sent twice',
    { frame: ethernet(synAck(0)), at: 0 },
    { frame: ethernet(synAck(0)), at: 10 },
    false,
  ],
  ['other bits of the fragment field', plain, { frame: altered(frame, FRAGMENT_FIELD, 0x40), at: 10 }, false],
  ['other DSCP and ECN', plain, { frame: altered(frame, DSCP, 0xb9), at: 10 }, true],
  ['other flags of TCP', plain, { frame: altered(frame, TCP_FLAGS, 0x18), at: 10 }, false],
  [
    'a copy that is recorded 5 ms before',
    { frame, at: 9 * MS },
    { frame: tagged(7, segment(9)), at: 4 * MS },
    true,
  ],
  [
    'a datagram sent twice at `any`',
    { frame: sll2(1, datagram(0)), at: 0, linkType: 276 },
    { frame: sll2(1, datagram(0)), at: 10, linkType: 276 },
    false,
  ],
]

describe('recent packets', () => {
  it.each(pairs)('%s: %#', (_what, first, second, isCopy) => {
    expect(copiesOf([first, second]).verdicts).toBe(isCopy ? '01' : '00')
    // The same when the bytes of the first are gone: six epochs end between them.
    const others = Array.from({ length: 6 }, (_, i) => ({
      frame: ethernet(datagram(i + 1, `${i}`)),
      at: second.at,
    }))
    expect(copiesOf([first, ...others, second], { epochFrames: 1 }).verdicts).toBe(`0000000${isCopy ? 1 : 0}`)
  })

  it('takes only full copies with `exact`', () => {
    const second = (first: FeedFrame, other: Uint8Array, interfaceId = 0) =>
      copiesOf([first, { frame: other, at: 10, interfaceId }], { mode: 'exact' }).verdicts
    expect(second(plain, frame)).toBe('01')
    expect(second(plain, frame, 3)).toBe('01')
    expect(second(plain, altered(frame, TTL, 63))).toBe('00')
    expect(second(plain, altered(frame, CHECKSUM, 0, 0))).toBe('00')
    expect(second(plain, tagged(4, segment(9)))).toBe('00')
    expect(second({ frame: isolated, at: 0 }, isolated)).toBe('00')
    expect(second({ frame: isolated, at: 0 }, isolated, 3)).toBe('01')
  })

  it('looks among the latest 64 of the 5-tuple, whatever else is between', () => {
    const others = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ frame: ethernet(segment(100 + i, 'x', 1_000 + i)), at: 10 }))
    const unrelated = Array.from({ length: 300 }, (_, i) => ({ frame: ethernet(datagram(1 + i)), at: 10 }))
    const verdict = (...frames: FeedFrame[]) =>
      copiesOf([plain, ...frames, { frame, at: 20 }]).verdicts.at(-1)
    expect(verdict(...others(63), ...unrelated)).toBe('1')
    expect(verdict(...others(64))).toBe('0')
  })

  it('forgets what is too many packets of the capture ago, and counts it where that matters', () => {
    const limit = 4 * BATCH_PACKETS
    const many = Array.from({ length: limit }, (_, i) => ({
      frame: ethernet(segment(1 + i, 'x', i)),
      at: 10,
    }))
    const among = (count: number, at = 10) => {
      const others = many.slice(0, count).map((one) => ({
        ...one,
        frame: ethernet(ipv4({ protocol: 17, src: '192.0.2.77', id: 1 }, udp({}, text('o')))),
      }))
      return copiesOf(
        [
          { ...plain, at },
          ...others.map(({ frame }, i) => ({ frame: altered(frame, 14 + 4, i >> 8, i & 255), at })),
          { frame, at: at + 5 },
        ],
        { limit },
      )
    }
    expect(among(3 * BATCH_PACKETS - 1).verdicts.at(-1)).toBe('1')
    expect(among(limit).verdicts.at(-1)).toBe('0')
    expect(among(limit).limitHits).toBe(BATCH_PACKETS)
  })

  it('decides the same whenever bytes go, also where time goes back', () => {
    const frames = fc.array(
      fc.record({
        kind: fc.nat(3),
        at: fc.constantFrom(0, 1, 5, 30, 60).map((ms) => ms * MS),
        ttl: fc.constantFrom(64, 63),
        times: fc.constantFrom(1, 1, 1, 40, 270),
      }),
      { minLength: 2, maxLength: 12 },
    )
    fc.assert(
      fc.property(frames, fc.constantFrom(1, 3, 17), (drafts, epochFrames) => {
        const all = drafts.flatMap(({ kind, at, ttl, times }) =>
          Array.from({ length: times }, (_, i) => ({
            frame: altered(ethernet(segment(1 + i, 'x', kind)), TTL, ttl),
            at,
          })),
        )
        expect(copiesOf(all, { epochFrames }).verdicts).toBe(copiesOf(all).verdicts)
      }),
      { numRuns: 20 },
    )
  })
})
