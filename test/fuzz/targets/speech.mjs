// What finds out what is spoken in a connection, and reads names out of hellos and requests.

import { createCipheriv } from 'node:crypto'
import { ConnectionSpeech } from '../../../dist/content/connection-speech.js'
import { clientInitialKeys } from '../../../dist/content/quic/initial-keys.js'
import {
  changedConversation,
  conversationsIn,
  drawnConversation,
  isOfDatagrams,
  turnsOf,
} from '../lib/conversations.mjs'
import { concat, mutateBytes, pick } from '../lib/mutate-bytes.mjs'
import { isPlain, mustAgree, mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */
/** @typedef {import('../lib/conversations.mjs').Turn} Turn */

/** All that one connection may hold: 16 KiB a direction, an array twice as large while it grows. */
const ROOM = 2 * 16 * 1024
const PORTS = [80, 443, 25, 21, 53, 123, 67, 3478, 5353, 1883, 50_000]
const MAX_NAME_TEXT = 4 * 255
const JA4 = /^[tqd](?:13|12|11|10|s3|s2|d1|d2|d3|00)[di]\d{4}[0-9a-zA-Z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/

/** @type {import('../lib/target.mjs').TargetMaker} */
export const speech = async ({ captures }) => {
  const seeds = await conversationsIn(captures)
  return {
    name: 'speech',
    make: (random) => {
      const conversation = () => (random.chance(0.5) ? drawnConversation(random) : pick(random, seeds))
      return changedConversation(random, conversation(), conversation())
    },
    run: (input, random) => {
      const isDatagrams = isOfDatagrams(input)
      const ports = [pick(random, PORTS), pick(random, PORTS)]
      const turns = turnsOf(input)
      const bench = new SpeechBench(isDatagrams, ports, ROOM)
      const whole = bench.spoken(turns)
      checkSpeech(whole)
      mustAgree(bench.spoken(turns, { random }), whole, 'What is spoken, once more among other bytes,')
      if (!isDatagrams) {
        mustAgree(bench.spoken(turns, { random, maxPiece: 1 }), whole, 'What is spoken, a byte at a time,')
        const maxPiece = random.between(1, 2000)
        mustAgree(bench.spoken(turns, { random, maxPiece }), whole, 'What is spoken, in pieces,')
      }
      mustHold(bench.speech.refusals === 0, () => 'More was held than 16 KiB a direction')
      // With less room less may be known, but nothing goes wrong.
      const narrow = new SpeechBench(isDatagrams, ports, random.below(2000))
      for (let i = 0; i < 3; i++) checkSpeech(narrow.spoken(turns))
    },
  }
}

const QUIC_VERSIONS = [1, 1, 1, 0x6b33_43cf, 0xff00_001d, 0xface_b002, 0x5430_3530]
const FRAME_SEEDS = [
  cryptoFrame(0, Buffer.from('010000360303'.padEnd(120, '0'), 'hex')),
  Buffer.from('0200400000', 'hex'),
  Buffer.from('0301020304050607', 'hex'),
  cryptoFrame(60, Buffer.alloc(40, 1)),
  Buffer.from('0006004004010000360000', 'hex'),
]

/** Frames of a client's Initial packets, which are encrypted as a client does it: each packet has a length before it. */
/** @type {import('../lib/target.mjs').TargetMaker} */
export const quic = () => ({
  name: 'quic',
  make: (random) => {
    const packets = Array.from({ length: random.between(1, 5) }, () => {
      const frames = Array.from({ length: random.between(1, 4) }, () => pick(random, FRAME_SEEDS))
      const content = mutateBytes(random, concat(frames), pick(random, FRAME_SEEDS)).subarray(0, 1400)
      return concat([Uint8Array.of(content.length >> 8, content.length & 255), content])
    })
    return concat(packets)
  },
  run: (input, random) => {
    const version = pick(random, QUIC_VERSIONS)
    const id = Buffer.from([1, 2, 3, 4, 5, 6, 7, random.below(256)]).subarray(0, random.between(1, 8))
    /** @type {Turn[]} */
    const turns = []
    for (let at = 0; at + 2 <= input.length; ) {
      const from = at + 2
      at = from + ((input[at] ?? 0) << 8) + (input[at + 1] ?? 0)
      const packet = initialPacket(version, id, turns.length, input.subarray(from, at))
      turns.push({
        side: 0,
        isGap: false,
        bytes: random.chance(0.1) ? mutateBytes(random, packet, id) : packet,
      })
    }
    const bench = new SpeechBench(true, [50_000, 443], ROOM)
    const whole = bench.spoken(turns)
    checkSpeech(whole)
    mustAgree(bench.spoken(turns, { random }), whole, 'What is spoken, once more among other bytes,')
  },
})

/** @param {number} offset @param {Uint8Array} bytes */
function cryptoFrame(offset, bytes) {
  return Buffer.concat([Buffer.of(6, offset, bytes.length), bytes])
}

/** As RFC 9001 section 5 says. @param {number} version @param {Buffer} id @param {number} number @param {Uint8Array} content */
function initialPacket(version, id, number, content) {
  const keys = clientInitialKeys(version, id, 0, id.length)
  if (keys === null) throw new Error(`No keys of version ${version}`)
  const body = Buffer.concat([content, Buffer.alloc(20)])
  const length = 1 + body.length + 16
  const start = Buffer.alloc(5)
  start[0] = version === 0x6b33_43cf ? 0xd0 : 0xc0
  start.writeUInt32BE(version, 1)
  const header = Buffer.concat([
    start,
    Buffer.of(id.length),
    id,
    Buffer.of(0, 0, 0x40 | (length >> 8), length & 255, number & 255),
  ])
  const nonce = Buffer.from(keys.iv)
  nonce[11] = (nonce[11] ?? 0) ^ (number & 255)
  const gcm = createCipheriv('aes-128-gcm', keys.key, nonce)
  gcm.setAAD(header)
  const sealed = Buffer.concat([gcm.update(body), gcm.final(), gcm.getAuthTag()])
  const mask = createCipheriv('aes-128-ecb', keys.headerKey, null).update(sealed.subarray(3, 19))
  header[0] = (header[0] ?? 0) ^ ((mask[0] ?? 0) & 0x0f)
  header[header.length - 1] = (header[header.length - 1] ?? 0) ^ (mask[1] ?? 0)
  return Buffer.concat([header, sealed])
}

/** Feeds conversations to the one connection of a worker. */
class SpeechBench {
  /** @param {boolean} isDatagrams @param {readonly number[]} port @param {number} room */
  constructor(isDatagrams, port, room) {
    this.speech = new ConnectionSpeech({ protocol: [isDatagrams ? 17 : 6], port }, room)
  }

  /** @param {readonly Turn[]} turns @param {{ random?: Random, maxPiece?: number }} [how] */
  spoken(turns, { random, maxPiece = 65_536 } = {}) {
    for (const { side, isGap, bytes } of turns) {
      if (isGap) this.speech.gap(side)
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(
          bytes.length,
          at + (random === undefined || maxPiece > 60_000 ? maxPiece : random.between(1, maxPiece)),
        )
        this.#say(side, bytes.subarray(at, end), random)
        at = end
      }
    }
    return this.speech.finish(0)
  }

  /** @param {0 | 1} side @param {Uint8Array} piece @param {Random | undefined} random */
  #say(side, piece, random) {
    const before = random === undefined ? 0 : random.below(8)
    const slab = new Uint8Array(before + piece.length + before).fill(
      random === undefined ? 0 : random.below(256),
    )
    slab.set(piece, before)
    this.speech.data(side, slab, before, before + piece.length)
    slab.fill(0xee) // the slab is used again
  }
}

/** @param {import('../../../dist/content/speech.js').Speech} spoken */
function checkSpeech({ service, serverName, alpn, ja4 }) {
  mustHold(/^(?:-|[a-z][a-z0-9]*)$/.test(service), () => `Service ${service}`)
  for (const text of [serverName, alpn])
    mustHold(
      text === null || (isPlain(text) && /^[\x21-\x7e]{1,1020}$/.test(text) && text.length <= MAX_NAME_TEXT),
      () => `Name ${JSON.stringify(text)}`,
    )
  mustHold(ja4 === null || JA4.test(ja4), () => `JA4 ${ja4}`)
}
