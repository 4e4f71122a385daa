import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionSpeech } from '../../src/content/connection-speech.js'
import * as hellos from './hellos.js'

type Side = 0 | 1
/** Bytes of a side in turn; null: a gap of that side. */
type Turn = readonly [Side, string | Uint8Array | null]

function bytesOf(content: string | Uint8Array): Buffer {
  return Buffer.from(content as string, 'latin1')
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

/** What a TCP connection speaks, whose bytes come in pieces of `size`. */
function spoken(turns: readonly Turn[], size = 100_000, ports = [50_000, 4000]) {
  const talk = new ConnectionSpeech({ protocol: [6], port: ports }, 2 ** 20)
  for (const [side, content] of turns) {
    if (content === null) talk.gap(side)
    else {
      const bytes = bytesOf(content)
      for (let at = 0; at < bytes.length; at += size) {
        const piece = Buffer.from(bytes.subarray(at, at + size))
        talk.data(side, piece, 0, piece.length)
        piece.fill(0xee) // a view is valid during the call
      }
    }
  }
  return talk.finish(0)
}

const HELLO = hellos.records(
  hellos.message(
    hellos.helloBody({ extensions: [hellos.serverName('tls.example'), hellos.alpn('h2', 'h3')] }),
  ),
)
const GET = 'GET /a HTTP/1.1\r\nAccept: */*\r\nHost: www.Example.com:8080\r\n\r\n'
const DNS = hex('1234 0100 0001 0000 0000 0000 03777777076578616d706c6503636f6d00 0001 0001')
const DNS_ANSWER = Buffer.concat([
  hex('1234 8180 0001 0001 0000 0000 03777777076578616d706c6503636f6d00 0001 0001'),
  hex('c00c 0001 0001 0000003c 0004 5db8d822'),
])
const SMB2 = hex('00000040 fe534d42 4000 0000')
const RDP_REQUEST = Buffer.concat([
  hex('0300002b 26e00000000000'),
  bytesOf('Cookie: mstshash=hello\r\n'),
  hex('0100080003000000'),
])

describe('a TCP connection', () => {
  // [what, what comes, service]
  const cases: [string, readonly Turn[], string][] = [
    ['a ClientHello', [[0, HELLO]], 'tls'],
    ['a ServerHello alone', [[1, hellos.serverHello()]], 'tls'],
    [
      'records of TLS in the middle',
      [[1, hex('1703030010 00112233445566778899aabbccddeeff 1703030020 00')]],
      'tls',
    ],
    ['one record of TLS in the middle, and nothing more', [[1, hex('1703030004 00112233')]], 'tls'],
    [
      'records of TLS in the middle, on either side',
      [
        [1, hex('1703033000 01')],
        [0, hex('1703032000 02')],
      ],
      'tls',
    ],
    ['an alert of TLS', [[0, hex('1503010002 0230')]], 'tls'],
    [
      'a ClientHello in the form of SSL 2',
      [[0, Buffer.concat([hex('802e 01 0301 0015 0000 0010'), Buffer.alloc(37)])]],
      'tls',
    ],
    [
      'HTTP',
      [
        [0, GET],
        [1, 'HTTP/1.1 200 OK\r\n\r\n'],
      ],
      'http',
    ],
    ['a request alone', [[0, 'POST http://a/ HTTP/1.0\r\n']], 'http'],
    ['a response alone', [[1, 'HTTP/1.1 304 Not Modified\r\n']], 'http'],
    ['a method that nobody knows', [[0, 'FROBNICATE /x HTTP/1.1\r\n']], 'http'],
    ['HTTP/0.9', [[0, 'GET /\r\n']], 'http'],
    ['a very long target', [[0, `GET /${'a'.repeat(5000)}`]], 'http'],
    ['RTSP', [[0, 'OPTIONS rtsp://a/ RTSP/1.0\r\n']], '-'],
    ['the preface of HTTP/2', [[0, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']], 'http2'],
    ['a server of HTTP/2 alone', [[1, hex('000006 04 00 00000000 0003 00000064')]], 'http2'],
    ['SSH', [[1, 'SSH-2.0-OpenSSH_9.2\r\n']], 'ssh'],
    ['SMTP, by its greeting', [[1, '220 mx.example ESMTP Postfix\r\n']], 'smtp'],
    [
      'SMTP, by its client',
      [
        [1, '220 mx.example ready\r\n'],
        [0, 'EHLO a\r\n'],
      ],
      'smtp',
    ],
    ['a client of SMTP alone', [[0, 'HELO a.example\r\n']], 'smtp'],
    ['FTP, by its greeting', [[1, '220 (vsFTPd 3.0)\r\n']], 'ftp'],
    [
      'FTP, by both',
      [
        [1, '220 Welcome\r\n'],
        [0, 'USER bob\r\n'],
      ],
      'ftp',
    ],
    [
      'FTP over TLS',
      [
        [1, '220 Welcome\r\n'],
        [0, 'AUTH TLS\r\n'],
      ],
      'ftp',
    ],
    ['a greeting that both have', [[1, '220 Welcome\r\n']], '-'],
    [
      'POP3, by both',
      [
        [1, '+OK\r\n'],
        [0, 'USER bob\r\n'],
      ],
      'pop3',
    ],
    ['POP3, by its greeting', [[1, '+OK Dovecot ready.\r\n']], 'pop3'],
    [
      'Redis',
      [
        [0, '*1\r\n$4\r\nPING\r\n'],
        [1, '+OK\r\n'],
      ],
      '-',
    ],
    ['USER alone', [[0, 'USER bob\r\n']], '-'],
    ['IMAP, by its greeting', [[1, '* OK [CAPABILITY IMAP4rev1] ready\r\n']], 'imap'],
    ['a client of IMAP alone', [[0, 'a001 LOGIN bob secret\r\n']], 'imap'],
    [
      'an FTP user whose name is a command',
      [
        [1, '220 hi\r\n'],
        [0, 'USER id\r\n'],
      ],
      'ftp',
    ],
    ['RDP, by its cookie', [[0, RDP_REQUEST]], 'rdp'],
    ['RDP, by its answer', [[1, hex('03000013 0ed00000123400 0200080001000000')]], 'rdp'],
    ['S7comm', [[0, hex('03000016 11e00000000100c1020100c2020102c0010a')]], '-'],
    ['SMB 1', [[0, hex('00000054 ff534d42 72000000')]], 'smb'],
    ['SMB 2', [[0, SMB2]], 'smb'],
    [
      'SMB behind a NetBIOS session',
      [[0, Buffer.concat([hex('81000044'), Buffer.alloc(68, 65), SMB2])]],
      'smb',
    ],
    ['MQTT', [[0, hex('101000044d5154540402003c000461626364')]], 'mqtt'],
    ['MQTT 3.1', [[0, hex('101200064d51497364700302003c000461626364')]], 'mqtt'],
    ['SIP', [[0, 'REGISTER sip:a.example SIP/2.0\r\n']], 'sip'],
    ['an answer of SIP', [[1, 'SIP/2.0 401 Unauthorized\r\n']], 'sip'],
    ['STUN', [[0, hex('00030008 2112a442 000000000000000000000000')]], 'stun'],
    ['STUN with a length before it', [[0, hex('0014 00010000 2112a442 000000000000000000000000')]], 'stun'],
    ['DNS', [[0, hellos.sized(2, DNS)]], 'dns'],
    ['an answer of DNS', [[1, hellos.sized(2, DNS_ANSWER)]], 'dns'],
    ['DNS whose end is missing', [[1, hellos.sized(2, DNS_ANSWER).subarray(0, 40)]], 'dns'],
    ['behind the PROXY protocol', [[0, `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${GET}`]], 'http'],
    [
      'behind the PROXY protocol, version 2',
      [[0, Buffer.concat([hex('0d0a0d0a000d0a515549540a 21 11 000c'), Buffer.alloc(12), HELLO])]],
      'tls',
    ],
    [
      'HTTP behind a gap',
      [
        [0, 'he middle\r\n'],
        [0, null],
        [0, GET],
      ],
      'http',
    ],
    [
      'HTTP whose begin is cut off by a gap',
      [
        [0, 'GET /'],
        [0, null],
        [0, GET],
      ],
      'http',
    ],
    ['zeros', [[0, Buffer.alloc(2000)]], '-'],
    ['nothing', [], '-'],
  ]
  it.each(cases)('is known by %s', (_what, turns, service) => {
    expect(spoken(turns).service).toBe(service)
  })

  it.each(cases)('is the same in any pieces: %s', (_what, turns) => {
    const whole = spoken(turns)
    for (const size of [1, 2, 7, 100, 1460]) expect(spoken(turns, size)).toEqual(whole)
  })

  // Ports decide only where the content leaves several.
  it.each([
    ['220 Welcome\r\n', 21, 'ftp'],
    ['220 Welcome\r\n', 25, 'smtp'],
    ['220 Welcome\r\n', 80, '-'],
    ['\0\0\0\0', 443, '-'],
  ])('that says %j to port %i is %s', (greeting, port, service) => {
    expect(spoken([[1, greeting]], 100, [50_000, port]).service).toBe(service)
  })

  // [what, what comes, name, ALPN]
  const named: [string, readonly Turn[], string | null, string | null][] = [
    [
      'SNI, and what the server selects',
      [
        [0, HELLO],
        [1, hellos.serverHello('h2')],
      ],
      'tls.example',
      'h2',
    ],
    [
      'SNI, and what the client offers',
      [
        [0, HELLO],
        [1, hellos.serverHello()],
      ],
      'tls.example',
      'h2,h3',
    ],
    [
      'the server before the client',
      [
        [1, hellos.serverHello('h2')],
        [0, HELLO],
      ],
      'tls.example',
      'h2',
    ],
    ['Host', [[0, GET]], 'www.example.com', null],
    [
      'Host behind 15 KB of fields',
      [[0, `GET / HTTP/1.1\r\nX: ${'x'.repeat(15_000)}\r\nhost:a.b\r\n\r\n`]],
      'a.b',
      null,
    ],
    [
      'Host behind 17 KB of fields',
      [[0, `GET / HTTP/1.1\r\nX: ${'x'.repeat(17_000)}\r\nhost:a.b\r\n\r\n`]],
      null,
      null,
    ],
    ['Host of the second request alone', [[0, `GET / HTTP/1.0\r\n\r\n${GET}`]], null, null],
    [
      'the target, not Host',
      [[0, 'GET http://u@T.example:81/x HTTP/1.1\r\nHost: other\r\n\r\n']],
      't.example',
      null,
    ],
    ['an IPv6 address', [[0, 'GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n']], '[2001:db8::1]', null],
    ['Host with control characters', [[0, 'GET / HTTP/1.1\r\nHost: a\x1b[2J\r\n\r\n']], 'a\\x1b[2j', null],
    [
      'the response first',
      [
        [1, 'HTTP/1.1 100 Continue\r\n\r\n'],
        [0, GET],
      ],
      'www.example.com',
      null,
    ],
    ['CONNECT', [[0, 'CONNECT proxy.example:443 HTTP/1.1\r\nHost: x\r\n\r\n']], 'proxy.example', null],
    [
      'TLS behind CONNECT',
      [
        [0, 'CONNECT p.example:443 HTTP/1.1\r\n\r\n'],
        [0, HELLO],
      ],
      'tls.example',
      'h2,h3',
    ],
    [
      'STARTTLS',
      [
        [1, '220 mx ESMTP\r\n'],
        [0, 'EHLO a\r\n'],
        [1, '250 STARTTLS\r\n'],
        [0, 'STARTTLS\r\n'],
        [1, '220 go\r\n'],
        [0, HELLO],
      ],
      'tls.example',
      'h2,h3',
    ],
    [
      'AUTH TLS',
      [
        [1, '220 hi\r\n'],
        [0, 'AUTH TLS\r\n'],
        [1, '234\r\n'],
        [0, HELLO],
      ],
      'tls.example',
      'h2,h3',
    ],
    [
      'TLS of RDP',
      [
        [0, RDP_REQUEST],
        [1, hex('03000013 0ed00000123400 0200080001000000')],
        [0, HELLO],
      ],
      'tls.example',
      'h2,h3',
    ],
    [
      'a mail that quotes a hello far behind',
      [
        [0, `EHLO a\r\n${'x'.repeat(6000)}\r\n`],
        [0, HELLO],
      ],
      null,
      null,
    ],
    [
      'a hello whose middle is missing',
      [
        [0, HELLO.subarray(0, 100)],
        [0, null],
        [0, HELLO.subarray(110)],
      ],
      'tls.example',
      'h2,h3',
    ],
  ]
  it.each(named)('has the name from %s', (_what, turns, serverName, protocols) => {
    expect(spoken(turns)).toMatchObject({ serverName, alpn: protocols })
    for (const size of [1, 50, 1460]) expect(spoken(turns, size)).toEqual(spoken(turns))
  })

  it('is no service when it is random, and never throws', () => {
    const turn = fc.tuple(
      fc.constantFrom<Side>(0, 1),
      fc.oneof(
        { arbitrary: fc.uint8Array({ maxLength: 400 }), weight: 5 },
        { arbitrary: fc.constant(null), weight: 1 },
      ),
    )
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 8 }), (turns) => {
        expect(spoken(turns).service).toBe('-')
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws on what begins like a service', () => {
    const begun = fc.tuple(
      fc.constantFrom(
        ...cases.flatMap(([, turns]) => turns.flatMap(([, content]) => (content === null ? [] : [content]))),
      ),
      fc.nat(80),
      fc.nat(255),
      fc.constantFrom<Side>(0, 1),
    )
    fc.assert(
      fc.property(fc.array(begun, { maxLength: 4 }), fc.integer({ min: 1, max: 200 }), (list, size) => {
        const turns = list.map(([content, at, value, side]): Turn => {
          const bytes = Buffer.from(bytesOf(content))
          bytes[at] = value
          return [side, bytes]
        })
        spoken(turns, size)
      }),
    )
  })
})

describe('a connection of datagrams', () => {
  function told(turns: readonly Turn[], ports: readonly [number, number] = [50_000, 4000]) {
    const talk = new ConnectionSpeech({ protocol: [17], port: ports }, 2 ** 20)
    for (const [side, content] of turns) {
      const bytes = bytesOf(content!)
      talk.data(side, bytes, 0, bytes.length)
    }
    return talk.finish(0)
  }
  const ntp = (mode: number, length = 48) =>
    Buffer.concat([Buffer.of(0x20 | mode, 2, 6, 0xec), Buffer.alloc(length - 4, 1)])
  const dtls = (body: Buffer, offset: number, part: Buffer, sequence = 0) =>
    Buffer.concat([
      hex('16feff 0000 000000000000'),
      hellos.sized(
        2,
        Buffer.of(1),
        hellos.sized(3, body).subarray(0, 3),
        hellos.u16s(sequence),
        hellos.sized(3, Buffer.alloc(offset)).subarray(0, 3),
        hellos.sized(3, part),
      ),
    ])
  const body = hellos.helloBody({
    version: 0xfefd,
    isDtls: true,
    extensions: [hellos.serverName('dtls.example')],
  })
  const mdns = hex('0000 8400 0000 0001 0000 0000 0161056c6f63616c00 0001 8001 00000078 0004 0a000001')

  // [what, datagrams, ports, service]
  const cases: [string, readonly Turn[], readonly [number, number], string][] = [
    [
      'DNS',
      [
        [0, DNS],
        [1, DNS_ANSWER],
      ],
      [50_000, 53],
      'dns',
    ],
    ['DNS on another port', [[0, DNS]], [50_000, 4000], 'dns'],
    ['an answer of DNS alone', [[1, DNS_ANSWER]], [50_000, 4000], 'dns'],
    [
      'DNS with bytes of another',
      [[0, Buffer.concat([DNS.subarray(0, 12), Buffer.alloc(30, 0xcc)])]],
      [50_000, 53],
      '-',
    ],
    ['multicast DNS', [[0, mdns]], [5353, 5353], 'dns'],
    ['STUN', [[0, hex('00010000 2112a442 000102030405060708090a0b')]], [50_000, 4000], 'stun'],
    [
      'STUN before the cookie',
      [[0, hex('00010008 000102030405060708090a0b0c0d0e0f 00030004 00000000')]],
      [50_000, 4000],
      'stun',
    ],
    ['NTP on its port', [[0, ntp(3)]], [123, 123], 'ntp'],
    [
      'NTP on others, of both sides',
      [
        [0, ntp(3)],
        [1, ntp(4)],
      ],
      [50_000, 4000],
      'ntp',
    ],
    ['48 bytes on another port', [[0, ntp(3)]], [50_000, 4000], '-'],
    ['48 bytes of zeros on the port of NTP', [[0, Buffer.alloc(48)]], [50_000, 123], '-'],
    ['DHCP', [[0, Buffer.concat([hex('010106'), Buffer.alloc(233), hex('63825363')])]], [68, 67], 'dhcp'],
    ['DHCP that is cut off', [[0, Buffer.concat([hex('010106'), Buffer.alloc(51)])]], [68, 67], 'dhcp'],
    ['SIP', [[0, 'INVITE sip:a@b SIP/2.0\r\n']], [5060, 5060], 'sip'],
    [
      'SIP behind a keep-alive',
      [
        [0, '\r\n\r\n'],
        [0, 'INVITE sip:a@b SIP/2.0\r\n'],
      ],
      [5060, 5060],
      'sip',
    ],
    ['SSDP', [[0, 'M-SEARCH * HTTP/1.1\r\n']], [50_000, 1900], '-'],
    ['DTLS in the middle', [[0, hex('17fefd 0001 000000000001 0003 010203')]], [50_000, 4000], 'dtls'],
    ['zeros on the port of DNS', [[0, Buffer.alloc(40)]], [50_000, 53], '-'],
    [
      'what comes after eight others',
      [...Array.from({ length: 8 }, (): Turn => [0, 'x']), [0, DNS]],
      [1, 2],
      '-',
    ],
  ]
  it.each(cases)('is known by %s', (_what, turns, ports, service) => {
    expect(told(turns, ports).service).toBe(service)
  })

  it.each([
    ['whole', [dtls(body, 0, body)]],
    ['in pieces', [dtls(body, 50, body.subarray(50)), dtls(body, 0, body.subarray(0, 50))]],
    [
      'again with a cookie',
      [dtls(body, 0, body.subarray(0, 50)), dtls(body, 0, body, 1), dtls(body, 50, body.subarray(50))],
    ],
  ])('has the name of a hello of DTLS that comes %s', (_how, datagrams) => {
    expect(told(datagrams.map((datagram): Turn => [0, datagram]))).toEqual({
      service: 'dtls',
      serverName: 'dtls.example',
      alpn: null,
      ja4: expect.stringMatching(/^dd2d010100_/),
    })
  })

  it('is no service when it is random, and never throws', () => {
    const datagram = fc.tuple(fc.constantFrom<Side>(0, 1), fc.uint8Array({ maxLength: 100 }))
    fc.assert(
      fc.property(fc.array(datagram, { maxLength: 10 }), (turns) => {
        expect(told(turns).service).toBe('-')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('ConnectionSpeech', () => {
  const table = { protocol: [6, 17, 1, 6], port: [1, 2, 3, 4, 5, 6, 7, 8] }
  const bytes = Buffer.from(GET)

  it('tells connections apart, and forgets them', () => {
    const speech = new ConnectionSpeech(table, 2 ** 20)
    speech.data(0, bytes, 0, bytes.length)
    speech.data(2, DNS, 0, DNS.length)
    speech.data(4, DNS, 0, DNS.length)
    expect([0, 1, 2, 3].map((c) => speech.finish(c).service)).toEqual(['http', 'dns', '-', '-'])
    expect(speech.finish(0).service).toBe('-')
    speech.data(0, HELLO, 0, HELLO.length)
    expect(speech.finish(0).service).toBe('tls')
    speech.data(2 * 300_001, bytes, 0, bytes.length)
    expect(speech.finish(300_001).service).toBe('-')
  })

  it('holds no more than it may, and counts what it could not hold', () => {
    const speech = new ConnectionSpeech(table, 600)
    for (const text of ['GE', 'T /', ' HTTP/1.1\r\n', 'Host: a\r\n']) {
      for (const c of [0, 3]) speech.data(2 * c, bytesOf(text), 0, text.length)
    }
    expect(speech.refusals).toBe(1)
    expect(speech.finish(0)).toMatchObject({ service: 'http', serverName: 'a' })
    expect(speech.finish(3)).toMatchObject({ service: '-' })
    for (const text of ['GE', 'T / HTTP/1.1\r\nHost: b\r\n']) speech.data(6, bytesOf(text), 0, text.length)
    expect(speech.finish(3)).toMatchObject({ service: 'http', serverName: 'b' }) // what was held is free again
  })

  it('looks at what comes byte by byte a bounded number of times', () => {
    const table = { protocol: [6], port: [1, 2] }
    const speech = new ConnectionSpeech(table, 2 ** 20)
    const stream = hellos.records(
      Buffer.concat([Buffer.of(1, 0xff, 0xff, 0xff, 3, 3), Buffer.alloc(20_000)]),
      1,
    )
    for (let at = 0; at < stream.length; at++) speech.data(0, stream, at, at + 1)
    expect(speech.finish(0)).toMatchObject({ service: 'tls', ja4: null })
  })
})
