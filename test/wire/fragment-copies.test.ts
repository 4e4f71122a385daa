import { describe, expect, it } from 'vitest'
import { ethernet, fragmentHeader, ipv4, ipv6, text, vlan } from '../support/frames.js'
import { FrameDecoder } from './frame-decoder.js'

const MS = 1_000_000
const COPY_NSEC = 20 * MS

const fragment4 = (offset: number, content: string, isLast = false) =>
  ipv4({ protocol: 253, id: 7, fragmentOffset: offset, moreFragments: !isLast }, text(content))
const fragment6 = (offset: number, content: string, isLast = false) =>
  ipv6({ protocol: 253, extensions: [fragmentHeader(7, offset, !isLast)] }, text(content))

describe.each([
  ['IPv4', fragment4],
  ['IPv6', fragment6],
])('copies of fragments of %s', (_version, fragment) => {
  const A = fragment(0, 'aaaaaaaa')
  const B = fragment(8, 'bbbb', true)
  const other = fragment(8, 'cccc', true)
  const tagged = (packet: Uint8Array) => ethernet(vlan(5, packet), { etherType: 0x8100 })
  const plain = (packet: Uint8Array) =>
    ethernet(packet, { etherType: fragment === fragment4 ? 0x0800 : 0x86dd })

  // [what, frames with their times in ms, verdicts, incomplete datagrams]
  const cases: [string, [Uint8Array, number][], string, number][] = [
    [
      'of each, in a VLAN',
      [
        [plain(A), 0],
        [tagged(A), 0],
        [plain(B), 1],
        [tagged(B), 1],
      ],
      'f c d c',
      0,
    ],
    [
      'of all, behind the datagram',
      [
        [plain(A), 0],
        [plain(B), 0],
        [plain(A), 9],
        [plain(B), 9],
      ],
      'f d c c',
      0,
    ],
    [
      'of the last one alone',
      [
        [plain(A), 0],
        [plain(B), 0],
        [tagged(B), 20],
      ],
      'f d c',
      0,
    ],
    [
      'too late: another datagram',
      [
        [plain(A), 0],
        [plain(B), 0],
        [plain(A), 21],
        [plain(B), 21],
      ],
      'f d f d',
      0,
    ],
    [
      'too late for one that is open',
      [
        [plain(A), 0],
        [plain(A), 21],
        [plain(B), 21],
      ],
      'f f d',
      0,
    ],
    [
      'with other content: another datagram',
      [
        [plain(A), 0],
        [plain(B), 0],
        [plain(other), 1],
        [plain(A), 1],
      ],
      'f d f d',
      0,
    ],
    [
      'with other content while it is open',
      [
        [plain(B), 0],
        [plain(other), 1],
        [plain(A), 1],
      ],
      'f f d',
      0,
    ],
  ]
  it.each(cases)('%s', (_what, frames, expected, incomplete) => {
    const decoder = new FrameDecoder({}, null, { copyNsec: COPY_NSEC })
    const verdicts = frames.map(
      ([frame, ms]) => decoder.decode(frame, { tsSec: 100, tsNsec: ms * MS }).status,
    )
    const letters = { fragment: 'f', copy: 'c', delivered: 'd' } as Record<string, string>
    expect(verdicts.map((status) => letters[status] ?? status).join(' ')).toBe(expected)
    decoder.decoder.finish()
    expect(decoder.decoder.fragments.incompleteDatagrams).toBe(incomplete)
  })

  it('keeps memory for datagrams that are not complete', () => {
    const decoder = new FrameDecoder({ fragmentTrackers: 2 }, null, { copyNsec: COPY_NSEC })
    const datagram = (id: number, offset: number, isLast: boolean) =>
      ethernet(ipv4({ protocol: 253, id, fragmentOffset: offset, moreFragments: !isLast }, text('xxxxxxxx')))
    const at = { tsSec: 100, tsNsec: 0 }
    decoder.decode(datagram(1, 0, false), at)
    for (let id = 2; id < 9; id++) {
      decoder.decode(datagram(id, 0, false), at)
      expect(decoder.decode(datagram(id, 8, true), at).status).toBe('delivered')
    }
    expect(decoder.decode(datagram(1, 8, true), at).status).toBe('delivered')
    expect(decoder.decoder.fragments.incompleteDatagrams).toBe(0)
  })
})
