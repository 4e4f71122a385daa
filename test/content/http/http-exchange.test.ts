import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HttpBody, HttpExchange } from '../../../src/content/http/http-exchange.js'

type Side = 0 | 1
/** Bytes of a side in turn; a number: so many bytes are lost. */
type Turn = readonly [Side, string | number]

const LIMITS = { objectHead: 1000, pendingRequests: 3 }

/** The bodies of a connection as text, `?` for lost bytes, with what is told of them; bytes come in pieces of `size`. */
function bodiesOf(turns: readonly Turn[], size = 100_000) {
  const found: string[] = []
  const limits: string[] = []
  const open: (string | null)[] = [null, null]
  const told: (HttpBody | null)[] = [null, null]
  const exchange = new HttpExchange(
    {
      begin: (side, body) => {
        open[side] = ''
        told[side] = body
      },
      data: (side, bytes, from, to) => {
        open[side] += Buffer.from(bytes.subarray(from, to)).toString('latin1')
      },
      gap: (side, length) => {
        open[side] += '?'.repeat(length)
      },
      end: (side, isWhole) => {
        const { method, uri, status } = told[side]!
        found.push(
          `${side} ${method ?? '-'} ${uri ?? '-'} ${status ?? '-'} ${open[side]}${isWhole ? '' : ' cut'}`,
        )
        open[side] = null
      },
      limit: (name) => limits.push(name),
    },
    LIMITS,
  )
  for (const [side, content] of turns) {
    if (typeof content === 'number') exchange.gap(side, content)
    else {
      for (let at = 0; at < content.length; at += size) {
        const piece = Buffer.from(content.slice(at, at + size), 'latin1')
        exchange.data(side, piece, 0, piece.length)
        piece.fill(0xee) // a view is valid during the call
      }
    }
  }
  exchange.end()
  return { found, limits }
}

const GET = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n'
const HEAD = 'HEAD /h HTTP/1.1\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`
const length = (bytes: number, text = '') => `${OK}Content-Length: ${bytes}\r\n\r\n${text}`

// [what, turns, bodies]
const CASES: readonly (readonly [string, readonly Turn[], readonly string[]])[] = [
  [
    'a length',
    [
      [0, GET],
      [1, length(3, 'abc')],
    ],
    ['1 GET /a 200 abc'],
  ],
  [
    'no body',
    [
      [0, GET],
      [1, length(0)],
    ],
    [],
  ],
  [
    'pipelined requests',
    [
      [0, GET + GET.replace('/a', '/b')],
      [1, length(1, 'x') + length(1, 'y')],
    ],
    ['1 GET /a 200 x', '1 GET /b 200 y'],
  ],
  [
    'chunks with extensions and a trailer',
    [
      [0, GET],
      [1, `${CHUNKED}3;a=b\r\nabc\r\n00A \r\n0123456789\r\n0\r\nX: y\r\n\r\n${length(1, 'z')}`],
    ],
    ['1 GET /a 200 abc0123456789', '1 - - 200 z'],
  ],
  [
    'the end of the connection',
    [
      [0, GET],
      [1, `${OK}\r\nall that comes`],
    ],
    ['1 GET /a 200 all that comes'],
  ],
  [
    'HEAD',
    [
      [0, HEAD + GET],
      [1, length(9) + length(2, 'ab')],
    ],
    ['1 GET /a 200 ab'],
  ],
  [
    '204, 304 and 100',
    [
      [0, GET + GET + GET],
      [
        1,
        `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nHTTP/1.1 304 Not\r\nContent-Length: 5\r\n\r\n${length(2, 'ab')}`,
      ],
    ],
    ['1 GET /a 200 ab'],
  ],
  [
    'an upload',
    [
      [0, 'POST /u HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody'],
      [1, length(2, 'ok')],
    ],
    ['0 POST /u - body', '1 POST /u 200 ok'],
  ],
  [
    'a tunnel',
    [
      [0, 'CONNECT h:443 HTTP/1.1\r\n\r\n'],
      [1, 'HTTP/1.1 200 Yes\r\n\r\n'],
      [0, GET],
      [1, length(1, 'x')],
    ],
    [],
  ],
  [
    'a tunnel that is refused',
    [
      [0, 'CONNECT h:443 HTTP/1.1\r\n\r\n'],
      [1, 'HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno'],
      [0, GET],
      [1, length(1, 'x')],
    ],
    ['1 CONNECT h:443 403 no', '1 GET /a 200 x'],
  ],
  [
    'an upgrade',
    [
      [0, GET],
      [1, 'HTTP/1.1 101 Switching\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx'],
    ],
    [],
  ],
  [
    'a length that is too long',
    [
      [0, GET],
      [1, length(10, 'abc')],
    ],
    ['1 GET /a 200 abc cut'],
  ],
  [
    'a length that is too short',
    [
      [0, GET + GET],
      [1, `${length(1, 'abc')}`],
      [1, length(2, 'xy')],
    ],
    ['1 GET /a 200 a', '1 - - 200 xy'],
  ],
  [
    'lines without carriage return',
    [
      [0, GET],
      [1, 'HTTP/1.0 200 OK\nContent-Length: 2\n\nab'],
    ],
    ['1 GET /a 200 ab'],
  ],
  ['a response alone', [[1, length(2, 'ab')]], ['1 - - 200 ab']],
  [
    'a hole in a body',
    [
      [0, GET],
      [1, length(6, 'ab')],
      [1, 2],
      [1, 'ef'],
    ],
    ['1 GET /a 200 ab??ef'],
  ],
  [
    'a hole to the end of a body',
    [
      [0, GET + GET],
      [1, length(6, 'ab')],
      [1, 4],
      [1, length(1, 'x')],
    ],
    ['1 GET /a 200 ab????', '1 GET /a 200 x'],
  ],
  [
    'a hole over the end of a body',
    [
      [0, GET + GET],
      [1, length(6, 'ab')],
      [1, 9],
      [1, 'rest'],
      [1, length(1, 'x')],
    ],
    ['1 GET /a 200 ab????', '1 - - 200 x'],
  ],
  [
    'a hole in a chunk',
    [
      [0, GET],
      [1, `${CHUNKED}4\r\na`],
      [1, 2],
      [1, 'd\r\n0\r\n\r\n'],
    ],
    ['1 GET /a 200 a??d'],
  ],
  [
    'a hole over the end of a chunk',
    [
      [0, GET],
      [1, `${CHUNKED}4\r\na`],
      [1, 9],
      [1, 'd\r\n0\r\n\r\n'],
    ],
    ['1 GET /a 200 a??? cut'],
  ],
  [
    'a hole to the end of the connection',
    [
      [0, GET],
      [1, `${OK}\r\nab`],
      [1, 3],
    ],
    ['1 GET /a 200 ab???'],
  ],
  [
    'a chunk without size',
    [
      [0, GET],
      [1, `${CHUNKED}3\r\nabc\r\nxyz\r\n`],
    ],
    ['1 GET /a 200 abc cut'],
  ],
  [
    'a chunk of 10^15 bytes',
    [
      [0, GET],
      [1, `${CHUNKED}fffffffffffff\r\nabc`],
    ],
    [],
  ],
]

describe('a body', () => {
  it.each(CASES)('delimited by %s is taken', (_, turns, bodies) => {
    expect(bodiesOf(turns).found).toEqual(bodies)
  })

  it('has a limit for the head', () => {
    const { found, limits } = bodiesOf([
      [0, `GET /${'a'.repeat(2000)} HTTP/1.1\r\n\r\n`],
      [1, length(1, 'x')],
    ])
    expect([found, limits]).toEqual([['1 - - 200 x'], ['object_heads']])
  })

  it('is of no request any more when too many wait for responses', () => {
    const { found, limits } = bodiesOf([
      [0, GET.repeat(4)],
      [1, length(1, 'x')],
    ])
    expect([found, limits]).toEqual([['1 - - 200 x'], ['pending_requests']])
  })

  it('is the same in pieces of any size', () => {
    const whole = CASES.filter(
      ([what]) => !what.includes('over the end') && !what.includes('too short') && !what.includes('refused'),
    )
    for (const [what, turns, bodies] of whole) {
      for (const size of [1, 2, 3, 7, 20]) expect([what, bodiesOf(turns, size).found]).toEqual([what, bodies])
    }
  })

  it('never has more than was sent, whatever comes', () => {
    const piece = fc.constantFrom(
      'GET /a HTTP/1.1\r\n',
      OK,
      'Content-Length: 5\r\n',
      'Transfer-Encoding: chunked\r\n',
      '\r\n',
      '3\r\n',
      'abc',
      '\n',
      '0\r\n\r\n',
      '\0\xff',
    )
    const turn = fc.tuple(fc.constantFrom<Side>(0, 1), fc.oneof(piece, fc.integer({ min: 1, max: 20 })))
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
        const sent = turns.reduce(
          (sum, [, content]) => sum + (typeof content === 'number' ? content : content.length),
          0,
        )
        const taken = bodiesOf(turns).found.map(
          (text) => text.replace(/^\S+ \S+ \S+ \S+ /, '').replace(/ cut$/, '').length,
        )
        expect(taken.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(sent)
      }),
    )
  })
})
