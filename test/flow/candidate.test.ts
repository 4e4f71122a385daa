import { describe, expect, it } from 'vitest'
import { Candidate, type CandidateMatch } from '../../src/flow/candidate.js'
import { blankFlowPacket, type FlowPacket } from '../../src/flow/flow-packet.js'
import { NEAR_BYTES } from '../../src/flow/tcp-numbers.js'
import { TcpFlag } from '../../src/wire/tcp.js'

const FLAGS: Readonly<Record<string, number>> = {
  S: TcpFlag.SYN,
  F: TcpFlag.FIN,
  R: TcpFlag.RST,
  '.': TcpFlag.ACK,
}

/** What a test says of a packet; the rest has defaults. */
interface Spec {
  flags: string
  seq: number
  bytes?: number
  ack?: number
  /** Time in nanoseconds. */
  at?: number
}

function packetOf({ flags, seq, bytes = 0, ack = 0, at = 0 }: Spec): FlowPacket {
  return {
    ...blankFlowPacket(),
    tcpFlags: [...flags].reduce((bits, letter) => bits | FLAGS[letter]!, 0),
    seq,
    ack,
    payloadBytes: bytes,
    originalPayloadBytes: bytes,
    tsSec: Math.floor(at / 1e9),
    tsNsec: at % 1e9,
  }
}

type Kept = readonly [side: 0 | 1, spec: Spec][]

function candidateOf(kept: Kept): Candidate {
  const candidate = new Candidate()
  for (const [side, spec] of kept) candidate.add({ side, packet: packetOf(spec), stored: 0, storedBytes: 0 })
  return candidate
}

const DATA: Kept = [[0, { flags: '.', seq: 1000, bytes: 10, ack: 5000 }]]
const SYN: Kept = [[0, { flags: 'S', seq: 999 }]]
const MAX_BYTES = 64 * 1024

describe('Candidate.match()', () => {
  // [what, kept, side and packet, what it means]
  const rows: [string, Kept, 0 | 1, Spec, CandidateMatch][] = [
    ['nothing is known', [], 0, { flags: '.', seq: 1 }, 'no'],
    ['the next segment', DATA, 0, { flags: '.', seq: 1010, bytes: 5, ack: 5000, at: 1 }, 'confirmed'],
    ['the segment before', DATA, 0, { flags: '.', seq: 995, bytes: 5, ack: 5000, at: 1 }, 'confirmed'],
    ['the next segment of one moment', DATA, 0, { flags: '.', seq: 1010, bytes: 5, ack: 5000 }, 'near'],
    ['a segment behind a gap', DATA, 0, { flags: '.', seq: 1011, bytes: 5, ack: 5000, at: 1 }, 'near'],
    ['the same again', DATA, 0, { flags: '.', seq: 1000, bytes: 10, ack: 5000, at: 1 }, 'near'],
    ['an ACK behind it', DATA, 0, { flags: '.', seq: 1010, ack: 5000, at: 1 }, 'near'],
    ['a FIN behind it', DATA, 0, { flags: 'F.', seq: 1010, ack: 5000, at: 1 }, 'confirmed'],
    ['a RST behind it', DATA, 0, { flags: 'R.', seq: 1010, ack: 5000, at: 1 }, 'near'],
    ['the next segment without ACK', DATA, 0, { flags: '', seq: 1010, bytes: 5, at: 1 }, 'near'],
    [
      'one as far as is near',
      DATA,
      0,
      { flags: '.', seq: 1010 + NEAR_BYTES, bytes: 5, ack: 5000, at: 1 },
      'near',
    ],
    ['one far away', DATA, 0, { flags: '.', seq: 1011 + NEAR_BYTES, bytes: 5, ack: 5000, at: 1 }, 'no'],
    [
      'one that acknowledges what is far away',
      DATA,
      0,
      { flags: '.', seq: 1010, bytes: 5, ack: 5000 + 2 ** 30, at: 1 },
      'no',
    ],
    ['an ACK of all', DATA, 1, { flags: '.', seq: 5000, ack: 1010 }, 'confirmed'],
    ['an ACK of a part', DATA, 1, { flags: '.', seq: 5000, ack: 1009 }, 'near'],
    ['an ACK from far away', DATA, 1, { flags: '.', seq: 5000 + 2 ** 30, ack: 1010 }, 'no'],
    ['an ACK of what is far away', DATA, 1, { flags: '.', seq: 5000, ack: 2 ** 30 }, 'no'],
    ['an answer without ACK', DATA, 1, { flags: '', seq: 5000, bytes: 1 }, 'near'],
    [
      'a segment behind a gap, of a side that acknowledges 0',
      [[0, { flags: '.', seq: 1000, bytes: 10, ack: 0 }]],
      0,
      { flags: '.', seq: 1020, bytes: 5, ack: 0, at: 1 },
      'near',
    ],
    ['a SYN before it', DATA, 0, { flags: 'S', seq: 999 }, 'confirmed'],
    ['a SYN some bytes before it', DATA, 0, { flags: 'S', seq: 990 }, 'near'],
    ['a SYN behind its start', DATA, 0, { flags: 'S', seq: 1000 }, 'no'],
    ['a SYN 64 KiB before it', DATA, 0, { flags: 'S', seq: 999 - MAX_BYTES }, 'near'],
    ['a SYN further before it', DATA, 0, { flags: 'S', seq: 998 - MAX_BYTES }, 'no'],
    ['a SYN+ACK of the other side', DATA, 1, { flags: 'S.', seq: 4999, ack: 1000 }, 'near'],
    ['the first segment behind a SYN', SYN, 0, { flags: '.', seq: 1000, bytes: 5, ack: 5000 }, 'confirmed'],
    ['the ACK behind a SYN', SYN, 0, { flags: '.', seq: 1000, ack: 5000 }, 'confirmed'],
    ['a later segment behind a SYN', SYN, 0, { flags: '.', seq: 1001, bytes: 5, ack: 5000 }, 'near'],
    ['the SYN again', SYN, 0, { flags: 'S', seq: 999, at: 1 }, 'near'],
    ['another SYN', SYN, 0, { flags: 'S', seq: 998, at: 1 }, 'no'],
    ['the SYN+ACK', SYN, 1, { flags: 'S.', seq: 4999, ack: 1000 }, 'confirmed'],
    ['a SYN+ACK of another', SYN, 1, { flags: 'S.', seq: 4999, ack: 1001 }, 'near'],
    [
      'an ACK of the SYN alone, behind data',
      [...SYN, [0, { flags: '', seq: 1000, bytes: 9, at: 1 }]],
      1,
      { flags: '.', seq: 4999, ack: 1000 },
      'confirmed',
    ],
  ]
  it.each(rows)('%s', (_what, kept, side, spec, match) => {
    expect(candidateOf(kept).match(side, packetOf(spec))).toBe(match)
  })
})

describe('Candidate', () => {
  it.each<[string, Kept, boolean, [boolean, boolean], [boolean, boolean], [number | null, number | null]]>([
    ['nothing', [], false, [false, false], [false, false], [null, null]],
    ['a SYN', SYN, true, [true, false], [true, false], [999, null]],
    [
      'a SYN+ACK',
      [[1, { flags: 'S.', seq: 4999, ack: 1000 }]],
      false,
      [false, true],
      [false, true],
      [1000, 4999],
    ],
    ['data', DATA, false, [true, false], [false, false], [1000, 5000]],
    [
      'a SYN among others',
      [...DATA, [0, { flags: 'S', seq: 999 }]],
      true,
      [true, false],
      [true, false],
      [999, 5000],
    ],
    [
      'both sides',
      [...DATA, [1, { flags: '.', seq: 5000, bytes: 3, ack: 1010 }]],
      false,
      [true, true],
      [false, false],
      [1000, 5000],
    ],
  ])('of %s says what it has', (_what, kept, isOpening, segments, syns, starts) => {
    const candidate = candidateOf(kept)
    expect(candidate.isOpening).toBe(isOpening)
    expect([candidate.hasSegments(0), candidate.hasSegments(1)]).toEqual(segments)
    expect([candidate.hasSyn(0), candidate.hasSyn(1)]).toEqual(syns)
    expect([candidate.startOf(0), candidate.startOf(1)]).toEqual(starts)
  })

  it.each<[number[], number]>([
    [[1e9, 2e9 + 5, 2e9 + 7], 2e9 + 7],
    [[2e9 + 7, 2e9 + 5, 1e9 + 9], 2e9 + 7],
    [[1e9 + 9, 2e9 + 5], 2e9 + 5],
    [[2e9 + 5, 1e9 + 9], 2e9 + 5],
    [[2e9 + 5, 2e9 + 5], 2e9 + 5],
  ])('keeps the latest time of %j', (times, latest) => {
    const { lastSec, lastNsec } = candidateOf(times.map((at) => [0, { flags: '.', seq: 1, at }] as const))
    expect(lastSec * 1e9 + lastNsec).toBe(latest)
  })
})
