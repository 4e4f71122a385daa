import { expect, it } from 'vitest'
import { blankChunk } from '../../../src/output/chunk.js'
import { ConsoleTarget } from '../../../src/output/console/console-block.js'
import { ConsoleChunkFormat } from '../../../src/output/console/console-chunk.js'
import {
  ConsoleConversation,
  type ConversationPiece,
} from '../../../src/output/console/console-conversation.js'

type Said = readonly [
  connection: number,
  side: number,
  payload: string,
  more?: { offset?: number; lost?: number },
]

/** Pieces as a worker gives them, a chunk in each; what they were made from is spoiled. */
function pieces(said: readonly Said[]): ConversationPiece[] {
  const format = new ConsoleChunkFormat()
  return said.map(([connection, side, payload, { offset = 0, lost = 0 } = {}], i) => {
    const bytes = Buffer.from(payload, 'latin1')
    const target = new ConsoleTarget()
    format.write(target, {
      ...blankChunk(),
      name: `192.0.2.${connection}:1000 [2001:db8::1]:80 TCP`,
      side,
      offset,
      zeros: lost,
      bytes,
      to: bytes.length,
      tsSec: 1_709_632_800 + i,
      tsNsec: 12_345_678,
    })
    bytes.fill(0x21)
    const block = target.take()!
    return { firstNumber: connection, bytes: block.bytes, from: 0, to: block.bytes.length }
  })
}

const PLAIN = { isHex: false, isColoured: false, isUtc: true, isLive: true }
const head = (second: string, from: string, to: string, size: string) =>
  `--- 2024-03-05 10:00:${second}.012345 TCP ${from} > ${to} (${size})\n`
const [A, B, WEB] = ['192.0.2.1:1000', '192.0.2.2:1000', '[2001:db8::1]:80']

it.each<[string, readonly Said[], string]>([
  ['a line before what one side says', [[1, 0, 'hello']], `${head('00', A, WEB, '5 bytes')}hello`],
  [
    'one line for all that a side says before the other does',
    [
      [1, 0, 'he'],
      [1, 0, 'y\n'],
      [1, 1, '!'],
    ],
    `${head('00', A, WEB, '4 bytes')}hey\n${head('02', WEB, A, '1 byte')}!`,
  ],
  [
    'a line where another connection comes, on a line of its own',
    [
      [1, 0, 'a'],
      [2, 0, 'b\n'],
    ],
    `${head('00', A, WEB, '1 byte')}a\n${head('01', B, WEB, '2 bytes')}b\n`,
  ],
  ['lost bytes as a text', [[1, 0, 'x', { lost: 7 }]], `${head('00', A, WEB, '1 byte')}[7 bytes missing]x`],
  [
    'what could drive a terminal escaped',
    [[1, 0, 'a\x1b[2J\x9b\r\nb\rc\x07\t\xff']],
    `${head('00', A, WEB, '14 bytes')}a\\x1B[2J\\x9B\r\nb\\x0Dc\\x07\t\\xFF`,
  ],
  [
    'nothing of payload as a line of its own, wherever its parts come from and the terminal breaks it',
    [
      [1, 0, 'a\n--- 2024 TCP x\n---\t2024 [5 bytes missing] ----- BEGIN\n-'],
      [1, 0, '-- 2024\n-----BEGIN KEY-----\n[7 '],
      [1, 0, 'bytes missing]', { lost: 7 }],
      [1, 0, '[7 bytes'],
      [1, 0, ' missing]'],
    ],
    `${head('00', A, WEB, '119 bytes')}a\n\\x2D-- 2024 TCP x\n\\x2D--\t2024 \\x5B5 bytes missing] --\\x2D-- BEGIN\n` +
      '\\x2D-- 2024\n-----BEGIN KEY-----\n[7 [7 bytes missing]bytes missing]\\x5B7 bytes missing]',
  ],
  ['an empty datagram', [[1, 0, '']], head('00', A, WEB, '0 bytes')],
])('a conversation shows %s', (_name, said, expected) => {
  expect([...new ConsoleConversation(PLAIN).texts(pieces(said))].join('')).toBe(expected)
})

it('a side that goes on in the next part gets a line that says so', () => {
  const conversation = new ConsoleConversation(PLAIN)
  const first = [...conversation.texts(pieces([[1, 0, 'a\n']]))].join('')
  const second = [...conversation.texts(pieces([[1, 0, 'b\n']]))].join('')
  expect([first, second]).toEqual([
    `${head('00', A, WEB, '2 bytes')}a\n`,
    `${head('00', A, WEB, '2 bytes, continued')}b\n`,
  ])
})

it('hexadecimal lines go on over chunks as their offsets do, and begin anew behind lost bytes', () => {
  const said: Said[] = [
    [1, 0, 'abcdefgh', { offset: 16 }],
    [1, 0, 'ijklmnopq\x00', { offset: 24 }],
    [1, 0, 'z', { offset: 40, lost: 6 }],
  ]
  expect([...new ConsoleConversation({ ...PLAIN, isHex: true }).texts(pieces(said))].join('')).toBe(
    `${head('00', A, WEB, '19 bytes')}` +
      '00000010  61 62 63 64 65 66 67 68  69 6a 6b 6c 6d 6e 6f 70  abcdefghijklmnop\n' +
      '00000020  71 00                                             q.\n' +
      '[6 bytes missing]\n' +
      '00000028  7a                                                z\n',
  )
})

it('colours set the sides apart, and are off behind each part', () => {
  const said: Said[] = [
    [1, 0, 'q\n'],
    [1, 1, 'a\n', { lost: 2 }],
  ]
  expect([...new ConsoleConversation({ ...PLAIN, isColoured: true }).texts(pieces(said))].join('')).toBe(
    `\x1b[1;33m${head('00', A, WEB, '2 bytes').trim()}\x1b[0m\n\x1b[33mq\n\x1b[0m` +
      `\x1b[1;36m${head('01', WEB, A, '2 bytes').trim()}\x1b[0m\n` +
      '\x1b[31m[2 bytes missing]\x1b[0m\x1b[36ma\n\x1b[0m',
  )
})

it('a run waits until it is known what follows, where the capture is read from a file', () => {
  const conversation = new ConsoleConversation({ ...PLAIN, isLive: false })
  const texts = (said: Said[]) => [...conversation.texts(pieces(said))].join('')
  expect([texts([[1, 0, 'a']]), texts([[1, 0, 'b']])]).toEqual(['', ''])
  expect([...conversation.rest()].join('')).toBe(`${head('00', A, WEB, '2 bytes')}ab`)
  expect([...conversation.rest()]).toEqual([])
})

it.each<[string, Said[], number]>([
  ['many bytes', [[1, 0, 'x'.repeat(256 * 1024)]], 1],
  ['many chunks', Array.from({ length: 4096 }, (): Said => [1, 0, '']), 1],
])('a run of %s is shown before its end', (_, said, count) => {
  const conversation = new ConsoleConversation({ ...PLAIN, isLive: false })
  expect([...conversation.texts(pieces(said))]).toEqual([])
  expect([...conversation.texts(pieces([[1, 0, 'y']]))]).toHaveLength(count)
})
