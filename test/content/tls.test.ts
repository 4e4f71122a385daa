import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readClientHello } from '../../src/content/tls/hello.js'
import { helloFacts } from '../../src/content/tls/hello-facts.js'
import { ja4 } from '../../src/content/tls/ja4.js'
import { firstMessage } from '../../src/content/tls/records.js'
import * as hellos from './hellos.js'

function helloOf(parts: hellos.HelloParts) {
  const body = hellos.helloBody(parts)
  return readClientHello(body, 0, body.length, false, parts.isDtls === true)
}

/** The example of FoxIO's description. */
const CHROME: hellos.HelloParts = {
  ciphers: [
    0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c,
    0x009d, 0x002f, 0x0035,
  ],
  extensions: [
    [0x3a3a, Buffer.alloc(0)],
    [0x001b, Buffer.of(2, 0, 2)],
    hellos.serverName('Example.COM'),
    [0x0033, Buffer.alloc(40)],
    hellos.alpn('h2', 'http/1.1'),
    [0x4469, Buffer.alloc(5)],
    [0x0017, Buffer.alloc(0)],
    [0x002d, Buffer.of(1, 1)],
    hellos.signatureAlgorithms(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601),
    [0x0005, Buffer.alloc(5)],
    [0x0023, Buffer.alloc(0)],
    [0x0012, Buffer.alloc(0)],
    hellos.supportedVersions(0x8a8a, 0x0304, 0x0303),
    [0xff01, Buffer.of(0)],
    [0x000b, Buffer.of(1, 0)],
    [0x000a, hellos.sized(2, hellos.u16s(0x1a1a, 29, 23))],
    [0x0015, Buffer.alloc(100)],
  ],
}

describe('ja4()', () => {
  it('is as FoxIO published it', () => {
    expect(ja4(helloOf(CHROME), 'tcp')).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1')
  })

  // [what, hello, carrier, expected]
  const cases: [string, hellos.HelloParts, Parameters<typeof ja4>[1], string][] = [
    ['an empty hello', { ciphers: [] }, 'tcp', 't12i000000_000000000000_000000000000'],
    [
      'QUIC',
      { ciphers: [], extensions: [hellos.supportedVersions(0x0304)] },
      'quic',
      'q13i000100_000000000000',
    ],
    ['DTLS 1.2', { version: 0xfefd, ciphers: [], isDtls: true }, 'dtls', 'dd2i000000_000000000000'],
    [
      'the newest version of DTLS',
      { version: 0xfefd, ciphers: [], isDtls: true, extensions: [hellos.supportedVersions(0xfefd, 0xfefc)] },
      'dtls',
      'dd3i000100_000000000000',
    ],
    ['SSL 3', { version: 0x0300, ciphers: [] }, 'tcp', 'ts3i000000'],
    ['an unknown version', { version: 0x0399, ciphers: [] }, 'tcp', 't00i000000'],
    ['more than 99', { ciphers: Array.from({ length: 120 }, (_, i) => i) }, 'tcp', 't12i990000'],
    [
      'SNI and ALPN alone',
      { ciphers: [], extensions: [hellos.serverName('a')] },
      'tcp',
      't12d000100_000000000000_000000000000',
    ],
  ]
  it.each(cases)('tells %s', (_what, parts, carrier, expected) => {
    expect(ja4(helloOf(parts), carrier)).toMatch(new RegExp(`^${expected}`))
  })

  // The table of FoxIO's description.
  it.each([
    ['h2', 'h2'],
    ['http/1.1', 'h1'],
    ['x', 'xx'],
    ['\xab', 'ab'],
    ['\x20', '20'],
    ['\xab\xcd', 'ad'],
    ['\x20\x61', '21'],
    ['\x30\xab', '3b'],
    ['\x61\x20', '60'],
    ['\x30\x31\xab\xcd', '3d'],
    ['\x30\xab\xcd\x31', '01'],
  ])('has of the protocol %j the letters %s', (name, letters) => {
    expect(ja4(helloOf({ ciphers: [], extensions: [hellos.alpn(name)] }), 'tcp').slice(8, 10)).toBe(letters)
  })
})

describe('helloFacts()', () => {
  const body = hellos.helloBody(CHROME)

  it('has the name in lower case, what is offered, and JA4', () => {
    expect(helloFacts(body, 0, body.length, false, 'tcp')).toEqual({
      serverName: 'example.com',
      alpn: 'h2,http/1.1',
      ja4: 't13d1516h2_8daaf6152771_e5627efa2ab1',
    })
  })

  it('has the name, but no JA4, where the end is missing', () => {
    expect(helloFacts(body, 0, 160, true, 'tcp')).toMatchObject({ serverName: 'example.com', ja4: null })
  })

  it('has no part of a name that is cut', () => {
    for (let length = 0; length < body.length; length++) {
      const facts = helloFacts(body, 0, length, true, 'tcp')
      expect(facts.ja4).toBeNull()
      expect([null, 'example.com']).toContain(facts.serverName)
    }
  })

  // [name as sent, as told]
  it.each([
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['a\nb\u0000c', 'a\\x0ab\\x00c'],
    ['back\\slash "quote" <b>', 'back\\x5cslash\\x20"quote"\\x20<b>'],
    ['\xff\xfe', '\\xff\\xfe'],
    ['', null],
    ['a'.repeat(300), 'a'.repeat(255)],
  ])('tells the name %j as %j', (name, told) => {
    const named = hellos.helloBody({ extensions: [hellos.serverName(name)] })
    expect(helloFacts(named, 0, named.length, false, 'tcp').serverName).toBe(told)
  })

  it('leaves protocols out that stand for nothing', () => {
    const named = hellos.helloBody({ extensions: [hellos.alpn(Buffer.of(0x1a, 0x1a), 'h2', '', 'x,\n')] })
    expect(helloFacts(named, 0, named.length, false, 'tcp').alpn).toBe('h2,x,\\x0a')
  })

  it('never throws', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.record({ at: fc.nat(body.length - 1), value: fc.nat(255) }).map(({ at, value }) => {
        const changed = Buffer.from(body)
        changed[at] = value
        return changed
      }),
    )
    fc.assert(
      fc.property(bytes, fc.boolean(), fc.constantFrom('tcp', 'quic', 'dtls'), (hello, isCut, carrier) => {
        helloFacts(hello, 0, hello.length, isCut, carrier)
      }),
    )
  })
})

describe('firstMessage()', () => {
  const whole = hellos.message(hellos.helloBody(CHROME))

  it.each([1, 2, 3, 5, 100, 16_384])('joins a message that is in records of %i bytes', (size) => {
    const stream = Buffer.concat([hellos.records(whole, size), Buffer.of(20, 3, 3, 0, 1, 1)])
    const found = firstMessage(stream, 0, stream.length, false)!
    expect(found).toMatchObject({ type: 1, isWhole: true })
    expect(Buffer.from(found.bytes.subarray(found.from, found.to))).toEqual(whole.subarray(4))
  })

  it('says that it is not whole as long as bytes are missing', () => {
    const stream = hellos.records(whole, 50)
    for (let length = 9; length < stream.length; length++)
      expect(firstMessage(stream, 0, length, false)?.isWhole ?? false).toBe(false)
  })

  it('has a part of one of 16 MB', () => {
    const stream = hellos.records(Buffer.concat([Buffer.of(1, 0xff, 0xff, 0xff), Buffer.alloc(40_000)]))
    const found = firstMessage(stream, 0, 16_384, true)!
    expect([found.isWhole, found.to - found.from]).toEqual([false, 16_384 - 9])
  })

  it('finds none in what is none, and never throws', () => {
    expect(firstMessage(Buffer.from('GET / HTTP/1.1\r\n'), 0, 16, false)).toBeNull()
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.boolean(),
        (bytes, isLast) => void firstMessage(bytes, 0, bytes.length, isLast),
      ),
    )
  })
})
