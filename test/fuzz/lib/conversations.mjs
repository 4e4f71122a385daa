// What is said in connections, as bytes of an input: the transport, then turns of side, gap, length and content.

import { connections } from '../../../dist/index.js'
import { concat, mutateBytes, pick } from './mutate-bytes.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */
/** @typedef {{ side: 0 | 1, isGap: boolean, bytes: Uint8Array }} Turn */

const HEADER_BYTES = 3
const MAX_SEED_TURNS = 40
const MAX_SEED_BYTES = 24 * 1024
const MAX_SEEDS = 400
/** Captures that conversations are taken from. */
const MAX_CAPTURES = 80
const MAX_TURNS = 200

/** Lines of all services that are known by text, by either side. */
const LINES = [
  'SSH-2.0-OpenSSH_9.2\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'INVITE sip:a@b SIP/2.0\r\n',
  'SIP/2.0 200 OK\r\n',
  'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n',
  'CONNECT b.example:443 HTTP/1.1\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc',
  '220 mx ESMTP\r\n',
  '220 ftp FTP\r\n',
  '220 hello\r\n',
  'USER a\r\n',
  'EHLO a\r\n',
  'AUTH TLS\r\n',
  'STARTTLS\r\n',
  '+OK hello\r\n',
  '+OK POP3 ready\r\n',
  'STLS\r\n',
  '* OK IMAP\r\n',
  'a1 STARTTLS\r\n',
  'a LOGIN b c\r\n',
  'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n',
  '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x04abcd',
]
/** The same of binary first bytes, in hexadecimal. */
const BLOCKS = [
  '160301003a010000360303',
  '16030300040200002e',
  '1703030004001122331703030004aabbccdd',
  '15030100020230',
  '802e010301001500000010',
  '00000040fe534d4240000000',
  '0300002b26e00000000000436f6f6b69653a206d737473686173683d68656c6c6f0d0a0100080003000000',
  '0300000b06e00000000000',
  '101000044d5154540402003c000461626364',
  '20020000',
  '000006040000000000000300000064',
  '000000040000000000',
  '000100002112a442000102030405060708090a0b',
  '001d12340100000100000000000003777777076578616d706c6503636f6d0000010001',
  '12340100000100000000000003777777076578616d706c6503636f6d0000010001',
  '1b00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
  'c000000001088394c8f03e5157080000449e',
  '16feff000000000000000000420100003600000000000000360303',
]

/** Conversations that inputs are made of: those in captures. @param {import('./seed-captures.mjs').SeedCaptures} captures */
export async function conversationsIn({ paths }) {
  const step = Math.max(1, Math.floor(paths.length / MAX_CAPTURES))
  const chosen = paths.filter((_, number) => number % step === 0)
  /** @type {Uint8Array[]} */
  const seeds = []
  for await (const connection of connections(chosen, { workers: 1 })) {
    const isDatagrams = connection.record.proto === 'udp'
    if ((!isDatagrams && connection.record.proto !== 'tcp') || seeds.length >= MAX_SEEDS) continue
    /** @type {Turn[]} */
    const turns = []
    let bytes = 0
    for await (const chunk of connection.chunks()) {
      if (turns.length >= MAX_SEED_TURNS || bytes >= MAX_SEED_BYTES) break
      const side = chunk.side === 'orig' ? 0 : 1
      if (chunk.missingBefore > 0) turns.push({ side, isGap: true, bytes: new Uint8Array(0) })
      turns.push({ side, isGap: false, bytes: Uint8Array.from(chunk.bytes) })
      bytes += chunk.bytes.length
    }
    if (turns.length > 0) seeds.push(conversationBytes(isDatagrams, turns))
  }
  return seeds
}

/** Lines and blocks of services, of both sides in turn. @param {Random} random */
export function drawnConversation(random) {
  const isDatagrams = random.chance(0.3)
  /** @type {Turn[]} */
  const turns = []
  for (let left = random.between(1, 6); left > 0; left--) {
    const bytes = random.chance(0.6)
      ? Buffer.from(pick(random, LINES), 'latin1')
      : Buffer.concat([Buffer.from(pick(random, BLOCKS), 'hex'), Buffer.alloc(random.below(80))])
    turns.push({ side: random.chance(0.5) ? 1 : 0, isGap: random.chance(0.05), bytes })
  }
  return conversationBytes(isDatagrams, turns)
}

/** A conversation, often changed where its turns are. @param {Random} random @param {Uint8Array} seed @param {Uint8Array} other */
export function changedConversation(random, seed, other) {
  if (random.chance(0.3)) return mutateBytes(random, seed, other)
  const turns = turnsOf(seed)
  const others = turnsOf(other)
  for (let left = random.between(1, 3); left > 0 && turns.length > 0; left--) {
    const at = random.below(turns.length)
    const turn = /** @type {Turn} */ (turns[at])
    const piece = others.length === 0 ? turn : pick(random, others)
    const change = random.below(8)
    if (change === 0) turns.splice(at, 1)
    else if (change === 1) turns.splice(at, 0, piece)
    else if (change === 2) turns[at] = { ...turn, side: turn.side === 0 ? 1 : 0 }
    else turns[at] = { ...turn, bytes: mutateBytes(random, turn.bytes, piece.bytes) }
  }
  return conversationBytes(isOfDatagrams(seed), turns)
}

/** @param {Uint8Array} input */
export function isOfDatagrams(input) {
  return ((input[0] ?? 0) & 1) === 1
}

/** @param {Uint8Array} input @returns {Turn[]} */
export function turnsOf(input) {
  /** @type {Turn[]} */
  const turns = []
  for (let at = 1; at + HEADER_BYTES <= input.length && turns.length < MAX_TURNS; ) {
    const kind = input[at] ?? 0
    const from = at + HEADER_BYTES
    at = from + ((input[at + 1] ?? 0) << 8) + (input[at + 2] ?? 0)
    turns.push({ side: kind & 1 ? 1 : 0, isGap: (kind & 2) !== 0, bytes: input.subarray(from, at) })
  }
  return turns
}

/** @param {boolean} isDatagrams @param {readonly Turn[]} turns */
export function conversationBytes(isDatagrams, turns) {
  return concat([
    Uint8Array.of(isDatagrams ? 1 : 0),
    ...turns.flatMap(({ side, isGap, bytes }) => {
      const part = bytes.subarray(0, 0xffff)
      return [Uint8Array.of(side | (isGap ? 2 : 0), part.length >> 8, part.length & 255), part]
    }),
  ])
}
