import type { SegmentSpec } from './packets.js'

type Script = readonly (readonly ['a' | 'b', SegmentSpec])[]

/** A situation that other programs were reported to get wrong. */
export interface ReportedCase {
  readonly name: string
  readonly script: Script
  /** What each side sent, of the connections in the order of their first packets. */
  readonly streams: readonly (readonly [string, string])[]
  readonly closeReasons: readonly string[]
  /** Bytes outside, where there are any. */
  readonly outside?: number
  readonly conflicts?: number
}

/** The client's next number is 100, the server's 500. */
const OPEN: Script = [
  ['a', { flags: 'S', seq: 99 }],
  ['b', { flags: 'S.', seq: 499, ack: 100 }],
  ['a', { flags: '.', seq: 100, ack: 500 }],
]
const GET: Script = [
  ['a', { flags: 'P.', seq: 100, ack: 500, data: 'GET' }],
  ['b', { flags: '.', seq: 500, ack: 103 }],
]
const TOP = 2 ** 32

export const REPORTED: readonly ReportedCase[] = [
  {
    name: 'keep-alives with a byte of garbage after each segment',
    script: [
      ...OPEN,
      ...GET,
      ['a', { flags: '.', seq: 102, ack: 500, data: '?' }],
      ['b', { flags: '.', seq: 500, ack: 103 }],
      ['b', { flags: 'P.', seq: 500, ack: 103, data: 'OK' }],
      ['a', { flags: '.', seq: 103, ack: 502 }],
      ['b', { flags: '.', seq: 501, ack: 103, data: '!' }],
      ['a', { flags: '.', seq: 103, ack: 502 }],
      ['a', { flags: 'P.', seq: 103, ack: 502, data: 'BYE' }],
    ],
    streams: [['GETBYE', 'OK']],
    closeReasons: ['end'],
    outside: 2,
  },
  {
    name: 'a probe of a window that is zero, whose byte is sent again with the rest',
    script: [
      ...OPEN,
      ...GET,
      ['b', { flags: '.', seq: 500, ack: 103, window: 0 }],
      ['a', { flags: '.', seq: 103, ack: 500, data: 'p' }],
      ['b', { flags: '.', seq: 500, ack: 103, window: 0 }],
      ['a', { flags: '.', seq: 103, ack: 500, data: 'p' }],
      ['b', { flags: '.', seq: 500, ack: 103, window: 1000 }],
      ['a', { flags: 'P.', seq: 103, ack: 500, data: 'probe' }],
    ],
    streams: [['GETprobe', '']],
    closeReasons: ['end'],
  },
  {
    name: 'an acknowledgment captured before what it acknowledges',
    script: [
      ...OPEN,
      ['b', { flags: '.', seq: 500, ack: 109 }],
      ['a', { flags: '.', seq: 100, ack: 500, data: 'first ' }],
      ['b', { flags: 'P.', seq: 500, ack: 109, data: 'answer' }],
      ['a', { flags: 'P.', seq: 106, ack: 500, data: 'end' }],
    ],
    streams: [['first end', 'answer']],
    closeReasons: ['end'],
  },
  {
    name: 'the SYN captured after the whole of its connection, with both FINs',
    script: [
      ...OPEN.slice(1),
      ...GET,
      ['b', { flags: 'FP.', seq: 500, ack: 103, data: 'OK' }],
      ['a', { flags: 'F.', seq: 103, ack: 503 }],
      ['b', { flags: '.', seq: 503, ack: 104 }],
      ['a', { flags: 'S', seq: 99 }],
    ],
    streams: [['GET', 'OK']],
    closeReasons: ['fin'],
  },
  {
    name: 'a port that is used again while the FIN of before was not acknowledged, and comes again',
    script: [
      ...OPEN,
      ...GET,
      ['b', { flags: 'F.', seq: 500, ack: 103 }],
      ['a', { flags: 'S', seq: 2 ** 30 - 1 }],
      ['b', { flags: 'F.', seq: 500, ack: 103 }],
      ['b', { flags: 'S.', seq: 2 ** 29 - 1, ack: 2 ** 30 }],
      ['a', { flags: 'P.', seq: 2 ** 30, ack: 2 ** 29, data: 'PUT' }],
      ['b', { flags: 'P.', seq: 2 ** 29, ack: 2 ** 30 + 3, data: 'OK' }],
    ],
    streams: [
      ['GET', ''],
      ['PUT', 'OK'],
    ],
    closeReasons: ['reuse', 'end'],
  },
  {
    name: 'a SYN that is sent again after its answer',
    script: [
      ...OPEN.slice(0, 2),
      ['a', { flags: 'S', seq: 99 }],
      ['b', { flags: 'S.', seq: 499, ack: 100 }],
      ['a', { flags: '.', seq: 100, ack: 500 }],
      ...GET,
    ],
    streams: [['GET', '']],
    closeReasons: ['end'],
  },
  {
    name: 'a port that is used three times within a second, with numbers 4,000 apart',
    script: [0, 4000, 8000].flatMap(
      (up, i): Script => [
        ['a', { flags: 'S', seq: 99 + up }],
        ['b', { flags: 'S.', seq: 499 + 65_000 * i, ack: 100 + up }],
        ['a', { flags: 'P.', seq: 100 + up, ack: 500 + 65_000 * i, data: `GET ${i}` }],
        ['b', { flags: 'F.', seq: 500 + 65_000 * i, ack: 105 + up }],
        ['a', { flags: 'F.', seq: 105 + up, ack: 501 + 65_000 * i }],
      ],
    ),
    streams: [
      ['GET 0', ''],
      ['GET 1', ''],
      ['GET 2', ''],
    ],
    closeReasons: ['fin', 'fin', 'fin'],
  },
  {
    name: 'a FIN and then a RST of the same side',
    script: [
      ...OPEN,
      ...GET,
      ['a', { flags: 'F.', seq: 103, ack: 500 }],
      ['a', { flags: 'R.', seq: 104, ack: 500 }],
    ],
    streams: [['GET', '']],
    closeReasons: ['rst'],
  },
  {
    name: 'a FIN captured some segments early, and one of them lost before',
    script: [
      ...OPEN,
      ...GET,
      ['b', { flags: '.', seq: 500, ack: 103, data: 'one ' }],
      ['b', { flags: 'FP.', seq: 512, ack: 103, data: 'four' }],
      ['b', { flags: '.', seq: 508, ack: 103, data: 'thr ' }],
      ['b', { flags: '.', seq: 504, ack: 103, data: 'two ' }],
      ['a', { flags: 'F.', seq: 103, ack: 517 }],
    ],
    streams: [['GET', 'one two thr four']],
    closeReasons: ['fin'],
  },
  {
    name: 'one direction alone, without its start, in disorder',
    script: [
      ['a', { flags: '.', seq: 120, ack: 500, data: 'three' }],
      ['a', { flags: '.', seq: 110, ack: 500, data: 'one..' }],
      ['a', { flags: 'P.', seq: 125, ack: 500, data: 'four' }],
      ['a', { flags: '.', seq: 115, ack: 500, data: 'two..' }],
    ],
    streams: [['one..two..threefour', '']],
    closeReasons: ['end'],
  },
  {
    name: 'a FIN that is sent again and again, 20 s apart, and never answered',
    script: [
      ...OPEN,
      ...GET,
      ...[1, 21, 41, 61].map((at) => ['a', { flags: 'F.', seq: 103, ack: 500, at }] as const),
    ],
    streams: [['GET', '']],
    closeReasons: ['end'],
  },
  {
    name: 'both sides that open at once',
    script: [
      ['a', { flags: 'S', seq: 99 }],
      ['b', { flags: 'S', seq: 499 }],
      ['a', { flags: 'S.', seq: 99, ack: 500 }],
      ['b', { flags: 'S.', seq: 499, ack: 100 }],
      ['b', { flags: 'P.', seq: 500, ack: 100, data: 'you first' }],
      ['a', { flags: 'P.', seq: 100, ack: 509, data: 'no, you' }],
    ],
    streams: [['no, you', 'you first']],
    closeReasons: ['end'],
  },
  {
    name: 'a SYN with data that the server does not take, so that it comes again',
    script: [
      ['a', { flags: 'S', seq: 99, data: 'GET' }],
      ['b', { flags: 'S.', seq: 499, ack: 100 }],
      ['a', { flags: 'P.', seq: 100, ack: 500, data: 'GET' }],
      ['b', { flags: 'P.', seq: 500, ack: 103, data: 'OK' }],
    ],
    streams: [['GET', 'OK']],
    closeReasons: ['end'],
  },
  {
    name: 'a SYN with data that the server takes and answers in its own',
    script: [
      ['a', { flags: 'S', seq: 99, data: 'GET' }],
      ['b', { flags: 'S.', seq: 499, ack: 103, data: 'OK' }],
      ['a', { flags: 'P.', seq: 103, ack: 502, data: 'BYE' }],
    ],
    streams: [['GETBYE', 'OK']],
    closeReasons: ['end'],
  },
  {
    name: 'disorder and a repetition where numbers begin again at 0',
    script: [
      ['a', { flags: 'S', seq: TOP - 4 }],
      ['b', { flags: 'S.', seq: 499, ack: TOP - 3 }],
      ['a', { flags: '.', seq: 2, ack: 500, data: 'fghij' }],
      ['a', { flags: '.', seq: TOP - 3, ack: 500, data: 'abcde' }],
      ['a', { flags: '.', seq: TOP - 1, ack: 500, data: 'cdefg' }],
      ['a', { flags: 'F.', seq: 7, ack: 500 }],
    ],
    streams: [['abcdefghij', '']],
    closeReasons: ['end'],
  },
  {
    name: 'a repetition with other bytes, over the end of the first copy',
    script: [
      ...OPEN,
      ['a', { flags: '.', seq: 100, ack: 500, data: 'AAAAAAAA' }],
      ['a', { flags: '.', seq: 104, ack: 500, data: 'BBBBBBBB' }],
      ['a', { flags: 'P.', seq: 112, ack: 500, data: 'CC' }],
    ],
    streams: [['AAAAAAAABBBBCC', '']],
    closeReasons: ['end'],
    conflicts: 4,
  },
  {
    name: 'a server that answers a SYN twice, with other numbers, of which the client takes the second',
    script: [
      ['a', { flags: 'S', seq: 99 }],
      ['b', { flags: 'S.', seq: 499, ack: 100 }],
      ['a', { flags: 'S', seq: 99 }],
      ['b', { flags: 'S.', seq: 90_499, ack: 100 }],
      ['a', { flags: 'P.', seq: 100, ack: 90_500, data: 'GET' }],
      ['b', { flags: 'P.', seq: 90_500, ack: 103, data: 'OK' }],
    ],
    streams: [['GET', 'OK']],
    closeReasons: ['end'],
  },
  {
    name: 'a SYN that is sent again with another number, because the first was never answered',
    script: [
      ['a', { flags: 'S', seq: 5_099 }],
      ['a', { flags: 'S', seq: 99, at: 3 }],
      ...[...OPEN.slice(1), ...GET].map(([host, spec]) => [host, { ...spec, at: 3.1 }] as const),
    ],
    streams: [
      ['', ''],
      ['GET', ''],
    ],
    closeReasons: ['reuse', 'end'],
  },
  {
    name: 'FINs long after the last payload',
    script: [
      ...OPEN,
      ...GET,
      ['b', { flags: 'F.', seq: 500, ack: 103, at: 600 }],
      ['a', { flags: 'F.', seq: 103, ack: 501, at: 600 }],
    ],
    streams: [['GET', '']],
    closeReasons: ['fin'],
  },
  {
    name: 'a RST that answers a SYN, and the port used again 5 ms later',
    script: [
      ['a', { flags: 'S', seq: 99 }],
      ['b', { flags: 'R.', seq: 0, ack: 100 }],
      ['a', { flags: 'S', seq: 7_099 }],
      ['b', { flags: 'S.', seq: 499, ack: 7_100 }],
      ['a', { flags: 'P.', seq: 7_100, ack: 500, data: 'GET' }],
    ],
    streams: [
      ['', ''],
      ['GET', ''],
    ],
    closeReasons: ['rst', 'end'],
  },
]
