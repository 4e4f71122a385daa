import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionSpeech } from '../../src/content/connection-speech.js'
import { QuicHello } from '../../src/content/quic/client-hello.js'
import { clientInitialKeys } from '../../src/content/quic/initial-keys.js'
import { quicFit, readLongPacket } from '../../src/content/quic/long-header.js'
import { Fit } from '../../src/content/speech.js'
import { DatagramTalk } from '../../src/content/udp/datagram-talk.js'
import * as hellos from './hellos.js'
import { crypto, initial } from './quic-packets.js'

const V2 = 0x6b3343cf
const BODY = hellos.helloBody({
  extensions: [
    hellos.serverName('quic.example'),
    hellos.alpn('h3'),
    hellos.supportedVersions(0x0304),
    [0x0039, Buffer.alloc(1500)],
  ],
})
const HELLO = hellos.message(BODY)
const FOUND = {
  service: 'quic',
  serverName: 'quic.example',
  alpn: 'h3',
  ja4: expect.stringMatching(/^q13d0104h3_/),
}

function spoken(datagrams: readonly Uint8Array[]) {
  const talk = new ConnectionSpeech({ protocol: [17], port: [50_000, 443] }, 2 ** 16)
  for (const datagram of datagrams) talk.data(0, datagram, 0, datagram.length)
  return talk.finish(0)
}

/** CRYPTO frames of `size` bytes. */
function pieces(size: number): Buffer[] {
  return Array.from({ length: Math.ceil(HELLO.length / size) }, (_, i) =>
    crypto(i * size, HELLO.subarray(i * size, (i + 1) * size)),
  )
}

describe('clientInitialKeys()', () => {
  const id = Buffer.from('8394c8f03e515708', 'hex')

  // RFC 9001 appendix A.1 and RFC 9369 appendix A.1.
  it.each([
    [1, '1f369613dd76d5467730efcbe3b1a22d', 'fa044b2f42a3fd3b46fb255c', '9f50449e04a0e810283a1e9933adedd2'],
    [V2, '8b1a0bc121284290a29e0971b5cd045d', '91f73e2351d8fa91660e909f', '45b95e15235d6f45a6b19cbcb0294ba9'],
  ])('has the keys of version %i that the standard shows', (version, key, iv, headerKey) => {
    const keys = clientInitialKeys(version, id, 0, id.length)!
    expect(Object.values(keys).map((bytes) => bytes.toString('hex'))).toEqual([key, iv, headerKey])
  })

  it('knows none of other versions', () => {
    expect(clientInitialKeys(0x1a2a3a4a, id, 0, id.length)).toBeNull()
  })
})

describe('a client of QUIC', () => {
  const other = Buffer.from('00112233445566778899', 'hex')
  // [what, datagrams]
  const cases: [string, readonly Uint8Array[]][] = [
    ['in one packet', [initial([crypto(0, HELLO)])]],
    ['of version 2', [initial([crypto(0, HELLO)], { version: V2 })]],
    ['of draft 29', [initial([crypto(0, HELLO)], { version: 0xff00001d, type: 0 })]],
    ['with a token', [initial([crypto(0, HELLO)], { token: Buffer.alloc(70, 3) })]],
    ['in two packets', [initial([pieces(1000)[0]!]), initial([pieces(1000)[1]!], { number: 1 })]],
    [
      'in two packets, the second first',
      [initial([pieces(1000)[1]!], { number: 1 }), initial([pieces(1000)[0]!])],
    ],
    [
      'in pieces out of order, with PING and ACK',
      [initial([Buffer.of(1), ...pieces(100).reverse(), Buffer.of(2, 5, 0, 1, 0, 0, 0), pieces(100)[3]!])],
    ],
    [
      'in two packets of a datagram',
      [Buffer.concat([initial([pieces(1000)[0]!]), initial([pieces(1000)[1]!], { number: 1 })])],
    ],
    [
      'that goes on with the server’s ID',
      [
        initial([pieces(1000)[0]!]),
        initial([pieces(1000)[1]!], { number: 1, id: other, keyId: Buffer.from('8394c8f03e515708', 'hex') }),
      ],
    ],
    ['after a Retry', [initial([pieces(1000)[0]!]), initial([crypto(0, HELLO)], { id: other })]],
  ]
  it.each(cases)('is read %s', (_what, datagrams) => {
    expect(spoken(datagrams)).toEqual(FOUND)
  })

  it('has no names where a part is missing, or what comes is none of its packets', () => {
    const nameless = { service: 'quic', serverName: null, alpn: null, ja4: null }
    expect(spoken([initial([pieces(1000)[1]!])])).toEqual(nameless)
    expect(spoken([initial([crypto(0, HELLO)]).fill(0, 60)])).toMatchObject({ ...nameless })
  })

  it('has the name of a hello whose end is missing, but no JA4', () => {
    expect(spoken([initial([pieces(1000)[0]!])])).toEqual({ ...FOUND, ja4: null })
  })

  it('ends after a fixed number of packets that cannot be decrypted', () => {
    const packet = initial([crypto(0, HELLO)])
    packet[packet.length - 1]! ^= 1
    const hello = new QuicHello(16_384, 16)
    let packets = 0
    for (; !hello.isOver; packets++) hello.take(packet, 0, packet.length)
    expect(packets).toBe(16)
    const talk = new DatagramTalk('quic', 0)
    for (let i = 0; i < 16; i++) talk.data(0, packet, 0, packet.length)
    expect(talk.isOver).toBe(true)
  })

  it('is looked for in a fixed number of datagrams', () => {
    const empty = initial([])
    const talk = new DatagramTalk('quic', 0)
    for (let i = 0; i < 32; i++) talk.data(1, empty.subarray(0, 30), 0, 30)
    expect(talk.isOver).toBe(true)
  })

  it('never throws', () => {
    const packet = initial(pieces(300))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(packet.length - 1), fc.nat(255)), { maxLength: 5 }),
        fc.nat(packet.length),
        (changes, length) => {
          const changed = Buffer.from(packet)
          for (const [at, value] of changes) changed[at] = value
          spoken([changed.subarray(0, length), packet])
        },
      ),
    )
    const frames = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 3 })
    fc.assert(fc.property(frames, (content) => void spoken([initial(content)])))
  })
})

describe('quicFit()', () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
  // [what, datagram, fits]
  const cases: [string, Buffer, number][] = [
    ['a Handshake packet', hex('e0 00000001 08 0011223344556677 00 40 10'), Fit.YES],
    ['an ID of 21 bytes', Buffer.concat([hex('c0 00000001 15'), Buffer.alloc(40)]), Fit.NO],
    ['an unknown version', hex('c0 12345678 08 0011223344556677 00 40 10'), Fit.NO],
    ['version negotiation', hex('80 00000000 04 00112233 04 44556677 00000001 1a2a3a4a'), Fit.YES],
    ['version negotiation of unknown ones', hex('80 00000000 04 00112233 04 44556677 00000005'), Fit.NO],
    ['a reserved version in few bytes', hex('c0 1a2a3a4a 08 0011223344556677 00 00 40 10'), Fit.NO],
    ["Google's Q043", hex('0d 0011223344556677 51303433 01 00'), Fit.YES],
    ["Google's Q050", hex('c3 51303530 50 0011223344556677 00 00'), Fit.YES],
    ['a short header', hex('41 00112233445566778899aabb'), Fit.NO],
    ['nothing', Buffer.alloc(0), Fit.NO],
  ]
  it.each(cases)('judges %s', (_what, datagram, fits) => {
    expect(quicFit(datagram, 0, datagram.length)).toBe(fits)
  })

  it('never throws, nor do headers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        quicFit(bytes, 0, bytes.length)
        readLongPacket(bytes, 0, bytes.length)
      }),
    )
  })
})
