// What takes bodies out of HTTP/1, and undoes their codings.

import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { decoded } from '../../../dist/content/http/decoded.js'
import { HttpExchange } from '../../../dist/content/http/http-exchange.js'
import { changedConversation, conversationBytes, conversationsIn, turnsOf } from '../lib/conversations.mjs'
import { pick } from '../lib/mutate-bytes.mjs'
import { hashBytes, mustAgree, mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */
/** @typedef {import('../lib/conversations.mjs').Turn} Turn */

const MAX_UNPACKED = 100_000
const CODINGS = [['gzip'], ['deflate'], ['br'], ['gzip', 'br']]
const BODY = Buffer.from('what was transferred '.repeat(20))
const REQUESTS = [
  'GET /a HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD /a HTTP/1.0\n\n',
  'CONNECT a:1 HTTP/1.1\r\n\r\n',
  'POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc',
]
const RESPONSES = [
  Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'),
  Buffer.from(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nA: b\r\n\r\n',
  ),
  Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  Buffer.from('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n'),
  Buffer.from('HTTP/1.0 200 OK\r\n\r\nto the end'),
  gzipSync(BODY),
  deflateSync(BODY),
  brotliCompressSync(BODY),
]

/** @type {import('../lib/target.mjs').TargetMaker} */
export const http = async ({ captures }) => {
  const seeds = await conversationsIn(captures)
  return {
    name: 'http',
    make: (random) => {
      const conversation = () => (random.chance(0.6) ? drawn(random) : pick(random, seeds))
      return changedConversation(random, conversation(), conversation())
    },
    run: (input, random) => {
      const turns = turnsOf(input)
      const limits = { objectHead: pick(random, [50, 65_536]), pendingRequests: pick(random, [1, 1000]) }
      const first = bodiesOf(turns, limits, 0)
      mustAgree(bodiesOf(turns, limits, 1 + random.below(8)), first, 'Bodies, once more among other bytes,')
      const content = decoded(turns[0]?.bytes ?? input, pick(random, CODINGS), MAX_UNPACKED)
      mustHold(content.length <= MAX_UNPACKED, () => `${content.length} bytes were unpacked`)
    },
  }
}

/** @param {Random} random */
function drawn(random) {
  /** @type {Turn[]} */
  const turns = []
  for (let left = random.between(1, 8); left > 0; left--) {
    const isRequest = random.chance(0.5)
    const bytes = isRequest ? Buffer.from(pick(random, REQUESTS)) : pick(random, RESPONSES)
    turns.push({ side: isRequest ? 0 : 1, isGap: random.chance(0.1), bytes })
  }
  return conversationBytes(false, turns)
}

/** @param {readonly Turn[]} turns @param {import('../../../dist/content/http/http-exchange.js').HttpLimits} limits @param {number} before */
function bodiesOf(turns, limits, before) {
  /** @type {string[]} */
  const found = []
  const open = [false, false]
  const bytes = [0, 0]
  let hash = 0
  const exchange = new HttpExchange(
    {
      begin: (side, body) => {
        mustHold(!open[side], () => 'A body begins before the one before has ended')
        open[side] = true
        found.push(JSON.stringify(body))
      },
      data: (side, slab, from, to) => {
        mustHold(open[side] === true && from < to, () => `Bytes ${from} to ${to} of no body`)
        bytes[side] = (bytes[side] ?? 0) + to - from
        hash = hashBytes(slab, from, to, hash)
      },
      gap: (side, length) => {
        mustHold(open[side] === true && length > 0, () => `A hole of ${length} bytes in no body`)
      },
      end: (side, isWhole) => {
        mustHold(open[side] === true, () => 'What has not begun ends')
        open[side] = false
        found.push(`${side} ${isWhole} ${hash}`)
      },
      limit: (name) => found.push(name),
    },
    limits,
  )
  const sent = [0, 0]
  for (const turn of turns) {
    if (turn.isGap) exchange.gap(turn.side, 1 + turn.bytes.length * 3)
    const slab = new Uint8Array(turn.bytes.length + 2 * before).fill(0x31)
    slab.set(turn.bytes, before)
    exchange.data(turn.side, slab, before, before + turn.bytes.length)
    slab.fill(0xee) // the slab is used again
    sent[turn.side] = (sent[turn.side] ?? 0) + turn.bytes.length
  }
  exchange.end()
  mustHold(!open[0] && !open[1], () => 'A body has no end')
  for (const side of [0, 1])
    mustHold((bytes[side] ?? 0) <= (sent[side] ?? 0), () => `${bytes[side]} bytes of bodies in ${sent[side]}`)
  return found
}
