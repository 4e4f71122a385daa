import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, ethernet, extension, fragmentHeader, ipv4, ipv6, tcp, text, udp } from '../support/frames.js'
import { decodeFrame, FrameDecoder, payloadText } from './frame-decoder.js'

/** A protocol without ports: all of the datagram is payload. */
const PLAIN = 253
const UDP = 17

interface Piece {
  offset: number
  content: Uint8Array
  isLast: boolean
}

interface Datagram {
  id?: number
  src?: string
  protocol?: number
}

function fragment4(
  { offset, content, isLast }: Piece,
  { id = 1, src = '10.0.0.1', protocol = PLAIN }: Datagram = {},
): Uint8Array {
  return ethernet(ipv4({ protocol, id, src, fragmentOffset: offset, moreFragments: !isLast }, content))
}

function fragment6(
  { offset, content, isLast }: Piece,
  { id = 1, src = '2001:db8::1', protocol = PLAIN }: Datagram = {},
): Uint8Array {
  return ethernet(
    ipv6({ protocol, src, extensions: [extension(0), fragmentHeader(id, offset, !isLast)] }, content),
  )
}

const VERSIONS: [string, typeof fragment4, number][] = [
  ['IPv4', fragment4, 20],
  ['IPv6', fragment6, 40 + 8 + 8],
]

function piece(offset: number, content: string, isLast = false): Piece {
  return { offset, content: text(content), isLast }
}

const A = piece(0, 'aaaaaaaa')
const B = piece(8, 'bbbbbbbb')
const C = piece(16, 'ccc', true)

describe.each(VERSIONS)('FragmentTable with %s', (_version, fragment, headerBytes) => {
  const cases: [string, Piece[], string[]][] = [
    ['puts fragments together in order', [A, B, C], ['aaaaaaaabbbbbbbbccc']],
    ['puts them together with the last one first', [C, B, A], ['aaaaaaaabbbbbbbbccc']],
    ['puts them together from the middle', [B, C, A], ['aaaaaaaabbbbbbbbccc']],
    ['ignores duplicates', [A, A, B, B, B, C], ['aaaaaaaabbbbbbbbccc']],
    ['lets the first copy win', [A, piece(0, 'xxxxxxxxyyyyyyyy'), B, C], ['aaaaaaaayyyyyyyyccc']],
    [
      'takes a fragment over two others',
      [A, C, piece(0, 'xxxxxxxxyyyyyyyyzzz', false), piece(0, 'xxxxxxxxyyyyyyyyzzzzzzzz')],
      ['aaaaaaaayyyyyyyyccc'],
    ],
    ['ends where the first last fragment says', [A, B, piece(8, 'xx', true)], ['aaaaaaaabb']],
    ['keeps the end when another one is said', [C, piece(8, 'xx', true), A, B], ['aaaaaaaabbbbbbbbccc']],
    [
      'does not use what lies behind the end',
      [C, piece(16, 'xxxxxxxx'), piece(24, 'yyyyyyyy'), A, B],
      ['aaaaaaaabbbbbbbbccc'],
    ],
    [
      'begins anew with the same identification',
      [A, B, C, C, B, A],
      ['aaaaaaaabbbbbbbbccc', 'aaaaaaaabbbbbbbbccc'],
    ],
    ['waits for what is missing', [A, C], []],
  ]
  it.each(cases)('%s', (_name, pieces, datagrams) => {
    const decoder = new FrameDecoder()
    const isV6 = fragment === fragment6
    // IPv6 has no fragments between that are not a multiple of eight bytes.
    const usable = pieces.filter(({ content, isLast }) => !isV6 || isLast || content.length % 8 === 0)
    const results = usable.map((each) => decoder.decode(fragment(each)))
    expect(results.flatMap(({ packet }) => (packet === null ? [] : [payloadText(packet)]))).toEqual(datagrams)
    expect(results.filter(({ status }) => status === 'fragment')).toHaveLength(
      usable.length - datagrams.length,
    )
  })

  it('gives ports, IP bytes and addresses of the whole datagram', () => {
    const decoder = new FrameDecoder()
    const datagram = udp({ srcPort: 7, dstPort: 9 }, text('0123456789')).bytes
    decoder.decode(fragment({ offset: 8, content: datagram.subarray(8), isLast: true }, { protocol: UDP }))
    const { packet } = decoder.decode(
      fragment({ offset: 0, content: datagram.subarray(0, 8), isLast: false }, { protocol: UDP }),
    )
    expect(payloadText(packet)).toBe('0123456789')
    expect(packet).toMatchObject({
      protocol: UDP,
      src: headerBytes === 20 ? '10.0.0.1' : '2001:db8:0:0:0:0:0:1',
      dst: headerBytes === 20 ? '10.0.0.2' : '2001:db8:0:0:0:0:0:2',
      srcPort: 7,
      dstPort: 9,
      ipBytes: 2 * headerBytes + 18,
    })
  })

  it('keeps datagrams of different identifications and addresses apart', () => {
    const decoder = new FrameDecoder()
    const others = [{ id: 2 }, { src: headerBytes === 20 ? '10.0.0.9' : '2001:db8::9' }]
    for (const other of others) decoder.decode(fragment(A, other))
    for (const other of others) decoder.decode(fragment(B, other))
    expect(decoder.decode(fragment(C)).status).toBe('fragment')
    for (const other of others) expect(decoder.decode(fragment(C, other)).status).toBe('delivered')
  })

  it('counts the bytes of conflicting copies', () => {
    const decoder = new FrameDecoder()
    for (const each of [A, piece(0, 'aaaaaaax'), piece(0, 'aaxxaaaabbbbbbbb'), C])
      decoder.decode(fragment(each))
    expect(decoder.decoder.fragments.conflictBytes).toBe(1 + 2)
    expect(decoder.decoder.fragments.incompleteDatagrams).toBe(0)
  })

  const bad: [string, Piece][] = [
    ['a fragment without bytes', piece(8, '')],
    ['a last fragment without bytes', piece(8, '', true)],
    ['a fragment beyond the largest datagram', piece(65_528, 'aaaaaaaa', true)],
  ]
  it.each(bad)('refuses %s', (_name, each) => {
    const decoder = new FrameDecoder()
    expect(decoder.decode(fragment(each)).status).toBe('malformed')
    expect(decoder.decoder.malformed.fragmentMalformed).toBe(1)
  })

  it('takes the largest datagram', () => {
    const content = new Uint8Array(65_535).map((_, i) => i * 7)
    const decoder = new FrameDecoder()
    for (let offset = 65_528; offset > 0; offset -= 8) {
      decoder.decode(
        fragment({ offset, content: content.subarray(offset, offset + 8), isLast: offset === 65_528 }),
      )
    }
    expect(
      decoder.decode(fragment({ offset: 0, content: content.subarray(0, 8), isLast: false })).packet?.payload,
    ).toEqual(content)
  })

  const maxAge = headerBytes === 20 ? 30 : 60
  it(`gives a datagram up after ${maxAge} seconds of capture time`, () => {
    const decoder = new FrameDecoder()
    const status = (each: Piece, tsSec: number, tsNsec = 0) =>
      decoder.decode(fragment(each), { tsSec, tsNsec }).status
    status(A, 1000, 500)
    status(B, 1000 + maxAge, 500)
    expect(status(C, 1000 + maxAge, 501)).toBe('fragment')
    expect(decoder.decoder.fragments.incompleteDatagrams).toBe(1)
    status(A, 500)
    expect(status(B, 500)).toBe('delivered') // time that goes back does no harm
  })

  // [seconds between the first and the last fragment, of the other's, what becomes of the last one]
  it.each([
    [maxAge, 3 * maxAge, 'delivered', 0],
    [maxAge, -3 * maxAge, 'delivered', 0],
    [maxAge + 1, 0, 'fragment', 1],
    [-maxAge, 3 * maxAge, 'delivered', 0],
  ])(
    'decides by its own time: %i s later, and another datagram %i s',
    (lateSec, otherSec, status, incomplete) => {
      const decoder = new FrameDecoder()
      const start = 1_000
      decoder.decode(fragment(A), { tsSec: start })
      decoder.decode(fragment(B), { tsSec: start })
      decoder.decode(fragment(A, { id: 2 }), { tsSec: start + otherSec })
      expect(decoder.decode(fragment(C), { tsSec: start + lateSec }).status).toBe(status)
      expect(decoder.decoder.fragments.incompleteDatagrams).toBe(incomplete)
      expect(
        decoder.decode(fragment(piece(8, 'ccc', true), { id: 2 }), { tsSec: start + otherSec }).status,
      ).toBe('delivered')
    },
  )
})

describe('FragmentTable', () => {
  it('keeps datagrams of different protocols apart in IPv4 only', () => {
    const decoder = new FrameDecoder()
    decoder.decode(fragment4(A, { protocol: 254 }))
    decoder.decode(fragment4(B))
    expect(decoder.decode(fragment4(C, { protocol: 254 })).status).toBe('fragment')
    decoder.decode(fragment6(A, { protocol: 254 }))
    decoder.decode(fragment6(B))
    expect(decoder.decode(fragment6(C)).packet).toMatchObject({ protocol: 254 }) // the first fragment's
  })

  it('cuts an IPv4 fragment before others to whole units, and refuses it in IPv6', () => {
    const decoder = new FrameDecoder()
    const odd = piece(0, 'aaaaaaaaXYZ')
    decoder.decode(fragment4(odd))
    expect(payloadText(decoder.decode(fragment4(piece(8, 'bb', true))).packet)).toBe('aaaaaaaabb')
    expect(decoder.decode(fragment6(odd)).status).toBe('malformed')
  })

  it('walks the extension headers of the datagram', () => {
    const decoder = new FrameDecoder()
    const inner = concat([UDP, 0, 1, 4, 0, 0, 0, 0], udp({ srcPort: 5, dstPort: 6 }, text('x')).bytes)
    decoder.decode(fragment6({ offset: 0, content: inner.subarray(0, 8), isLast: false }, { protocol: 60 }))
    const { packet } = decoder.decode(
      fragment6({ offset: 8, content: inner.subarray(8), isLast: true }, { protocol: 60 }),
    )
    expect(packet).toMatchObject({ protocol: UDP, srcPort: 5, payload: text('x') })
  })

  it('refuses fragments of fragments', () => {
    const decoder = new FrameDecoder()
    const inner = concat([UDP, 0, 0, 1, 0, 0, 0, 9], text('12345678'))
    decoder.decode(fragment6({ offset: 0, content: inner.subarray(0, 8), isLast: false }, { protocol: 44 }))
    expect(
      decoder.decode(fragment6({ offset: 8, content: inner.subarray(8), isLast: true }, { protocol: 44 }))
        .status,
    ).toBe('malformed')
  })

  it('passes an atomic IPv6 fragment by one under reassembly', () => {
    const decoder = new FrameDecoder()
    decoder.decode(fragment6(A))
    expect(payloadText(decoder.decode(fragment6(piece(0, 'atom', true))).packet)).toBe('atom')
    decoder.decode(fragment6(B))
    expect(payloadText(decoder.decode(fragment6(C)).packet)).toBe('aaaaaaaabbbbbbbbccc')
  })

  it('delivers a first fragment that the snaplen cut at once, and no more of its datagram', () => {
    const decoder = new FrameDecoder()
    const content = tcp({ srcPort: 1, dstPort: 2, seq: 9 }, text('abcdefghijkl')).bytes
    const first = fragment4({ offset: 0, content, isLast: false }, { protocol: 6 })
    for (let copy = 0; copy < 2; copy++) {
      const { packet } = decoder.decode(first, { capturedBytes: 14 + 20 + 20 + 5 })
      expect(packet).toMatchObject({ srcPort: 1, seq: 9, payload: text('abcde'), originalPayloadBytes: 12 })
    }
    expect(decoder.decode(fragment4(piece(32, 'rest', true), { protocol: 6 })).status).toBe('fragment')
    decoder.decoder.finish()
    expect(decoder.decoder.fragments.incompleteDatagrams).toBe(0)
  })

  it('makes nothing up where the snaplen cut a later fragment', () => {
    const decoder = new FrameDecoder()
    decoder.decode(fragment4(A))
    decoder.decode(fragment4(B), { capturedBytes: 14 + 20 + 3 })
    const { packet } = decoder.decode(fragment4(C))
    expect(payloadText(packet)).toBe('aaaaaaaabbb')
    expect(packet?.originalPayloadBytes).toBe(19)
  })

  it('gives up the oldest datagram when there are too many', () => {
    const decoder = new FrameDecoder({ fragmentTrackers: 2 })
    const { fragments } = decoder.decoder
    for (const id of [1, 2]) decoder.decode(fragment4(A, { id }))
    expect(fragments.trackerLimitHits).toBe(0)
    decoder.decode(fragment4(A, { id: 3 }))
    expect(fragments.trackerLimitHits).toBe(1)
    for (const id of [3, 2]) decoder.decode(fragment4(B, { id }))
    for (const id of [3, 2]) expect(decoder.decode(fragment4(C, { id })).status).toBe('delivered')
    expect(fragments.incompleteDatagrams).toBe(1)
  })

  it('gives up the oldest datagram when all together take too much memory', () => {
    const decoder = new FrameDecoder({ fragmentBytes: 3 * 2304 })
    const { fragments } = decoder.decoder
    for (const id of [1, 2, 3]) decoder.decode(fragment4(A, { id }))
    expect(fragments.heldBytes).toBe(3 * 2304)
    expect(fragments.byteLimitHits).toBe(0)
    decoder.decode(fragment4(piece(3000, 'x'.repeat(8)), { id: 3 })) // a second page for it
    expect(fragments).toMatchObject({ byteLimitHits: 1, incompleteDatagrams: 1, heldBytes: 3 * 2304 })
    decoder.decode(fragment4(piece(60_000, 'x'.repeat(8)), { id: 4 })) // more than there is for all
    expect(fragments).toMatchObject({ incompleteDatagrams: 4, heldBytes: 0 })
  })

  it('counts what is open at the end', () => {
    const decoder = new FrameDecoder()
    for (const id of [1, 2, 3]) decoder.decode(fragment4(A, { id }))
    decoder.decoder.finish()
    expect(decoder.decoder.fragments).toMatchObject({ incompleteDatagrams: 3, heldBytes: 0 })
  })

  it('leaves a packet that is no fragment alone', () => {
    expect(decodeFrame(fragment4(piece(0, 'whole', true))).packet?.payload).toEqual(text('whole'))
  })
})

// The model: a map from place to byte, the first copy of each; null for a byte that was not captured.
class DatagramModel {
  #bytes = new Map<number, number | null>()
  #total = Infinity
  #isDelivered = false

  /** What is delivered because of this fragment. */
  add({ offset, content, isLast }: Piece, capturedBytes: number): Uint8Array | null {
    if (isLast && this.#total === Infinity) {
      this.#total = offset + content.length
      for (const at of [...this.#bytes.keys()]) if (at >= this.#total) this.#bytes.delete(at)
    }
    let end = Math.min(offset + content.length, this.#total)
    if (end < this.#total) end -= end % 8
    let delivered: Uint8Array | null = null
    if (offset === 0 && capturedBytes < content.length && (this.#isDelivered || !this.#bytes.has(0))) {
      this.#isDelivered = true
      delivered = content.subarray(0, capturedBytes)
    }
    for (let at = offset; at < end; at++) {
      if (!this.#bytes.has(at))
        this.#bytes.set(at, at - offset < capturedBytes ? content[at - offset]! : null)
    }
    if (this.#bytes.size === this.#total) {
      if (!this.#isDelivered) delivered = this.#captured()
      this.#bytes = new Map()
      this.#total = Infinity
      this.#isDelivered = false
    }
    return delivered
  }

  #captured(): Uint8Array {
    const bytes: number[] = []
    for (let at = 0; at < this.#total; at++) {
      const byte = this.#bytes.get(at)
      if (byte === null || byte === undefined) break
      bytes.push(byte)
    }
    return Uint8Array.from(bytes)
  }
}

const BLOCKS = 8 // small, so that overlaps and completions are frequent

const arbitraryPiece = fc
  .record({
    block: fc.nat(BLOCKS - 1),
    blocks: fc.integer({ min: 1, max: 5 }),
    isLast: fc.boolean(),
    shorter: fc.nat(7),
    fill: fc.nat(255),
    cut: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
  })
  .map(({ block, blocks, isLast, shorter, fill, cut }) => {
    const content = new Uint8Array(blocks * 8 - (isLast ? shorter : 0)).map((_, i) => fill + i)
    return { offset: block * 8, content, isLast, cut: Math.min(cut, content.length) }
  })

it.each(VERSIONS)(
  'delivers exactly what an obviously correct byte map delivers (%s)',
  (_version, fragment) => {
    fc.assert(
      fc.property(fc.array(arbitraryPiece, { minLength: 5, maxLength: 30 }), (pieces) => {
        const decoder = new FrameDecoder()
        const model = new DatagramModel()
        for (const each of pieces) {
          if (each.isLast && each.offset === 0) continue // not a fragment
          const frame = fragment(each)
          const { packet } = decoder.decode(frame, { capturedBytes: frame.length - each.cut })
          expect(packet?.payload ?? null).toEqual(model.add(each, each.content.length - each.cut))
        }
      }),
      { numRuns: 300 },
    )
  },
)

it('stays linear in a flood of tiny fragments', () => {
  // 8,191 fragments in the worst order, each seen twice, for a few datagrams: quadratic work would take minutes.
  const decoder = new FrameDecoder()
  const content = text('tinytiny')
  let held = 0
  for (let id = 1; id <= 2; id++) {
    for (let block = 8190; block > 0; block--) {
      const frame = fragment4({ offset: block * 8, content, isLast: false }, { id })
      if (decoder.decode(frame).status === 'fragment') held += 1
    }
  }
  expect(held).toBe(2 * 8190)
  expect(decoder.decoder.fragments.heldBytes).toBe(2 * (65_536 + 8192))
})
