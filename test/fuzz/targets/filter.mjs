import { readFileSync } from 'node:fs'
import { compileFilter, FilterSyntaxError } from 'pcap-filter'
import { anatomyOf } from '../lib/capture-parts.mjs'
import { mutateBytes, pick } from '../lib/mutate-bytes.mjs'
import { mutatePacket } from '../lib/mutate-frame.mjs'
import { mustAgree, mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */

const EXPRESSIONS = new URL(
  '../../../packages/pcap-filter/test/support/filter-expressions.ts',
  import.meta.url,
)
const LINK_TYPES = [1, 0, 9, 101, 105, 107, 113, 117, 123, 127, 276, 12, 104, 147, 65_535]
const NUMBERS = [
  '0',
  '1',
  '80',
  '0x800',
  '65535',
  '65536',
  '4294967295',
  '4294967296',
  '99999999999999999999',
  '017',
  '1.2.3.4',
  '::1',
  '10',
  '2:3:4:5:6:7',
]
const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '=',
  '!=',
  '<',
  '>',
  '<=',
  '>=',
  '(',
  ')',
  '[',
  ']',
  ':',
  '!',
  '&&',
  '||',
  'and',
  'or',
  'not',
]
const FRAMES = 6
const GUARD_BYTES = 64

/** @type {import('../lib/target.mjs').TargetMaker} */
export const filter = ({ fixtures }) => {
  const known = [...readFileSync(EXPRESSIONS, 'utf8').matchAll(/`([^`]*)`/g)].flatMap(([, text = '']) =>
    text.trim().split('\n'),
  )
  const words = [...new Set([...known.flatMap((text) => text.split(/\s+/)), ...NUMBERS, ...OPERATORS])]
  return {
    name: 'filter',
    make: (random) => Buffer.from(expression(random, known, words), 'latin1'),
    run: async (input, random) => {
      const text = Buffer.from(input).toString('latin1')
      const compiled = await refusedOr(() => compileFilter(text, { resolveHost: async () => ['10.0.0.1'] }))
      if (compiled === null) return
      const packets = anatomyOf(fixtures.bytes(random))?.packets ?? []
      for (const linkType of LINK_TYPES) {
        const matches = await refusedOr(() => compiled.forLinkType(linkType, random.chance(0.1)))
        if (matches === null) continue
        for (let i = 0; i < Math.min(FRAMES, packets.length); i++) {
          const packet = mutatePacket(random, pick(random, packets), pick(random, packets))
          mustAgree(
            verdict(matches, packet, 0x00),
            verdict(matches, packet, 0xff),
            'Verdicts wherever the packet stands',
          )
        }
      }
    },
  }
}

/** @param {Random} random @param {readonly string[]} known @param {readonly string[]} words */
function expression(random, known, words) {
  const parts = Array.from({ length: random.between(1, 4) }, () => pick(random, known))
  let text = parts[0] ?? ''
  for (const part of parts.slice(1))
    text = `${random.chance(0.2) ? '(' : ''}${text}${random.chance(0.2) ? ')' : ''} ${pick(random, ['and', 'or', 'and not', ''])} ${part}`
  if (random.chance(0.6)) {
    const tokens = text.split(' ')
    for (let left = random.between(1, 3); left > 0; left--)
      tokens.splice(random.below(tokens.length + 1), random.below(2), pick(random, words))
    text = tokens.join(' ')
  }
  if (random.chance(0.03))
    text = Array.from({ length: random.below(200) }, () => text).join(
      pick(random, [' or ', ' and ', '(', '!', '+']),
    )
  if (random.chance(0.2))
    text = Buffer.from(mutateBytes(random, Buffer.from(text), Buffer.from(pick(random, known)))).toString(
      'latin1',
    )
  return text.slice(0, 20_000)
}

/** @template T @param {() => T | Promise<T>} work @returns {Promise<T | null>} null: the expression is refused, in words */
async function refusedOr(work) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error
    mustHold(
      error.message !== '' && !/undefined|NaN|\[object|bug/.test(error.message),
      () => `Message must be for people: found ${error.message}`,
    )
    mustHold(Number.isInteger(error.column) && error.column >= 1, () => `Column is ${error.column}`)
    return null
  }
}

/** @param {import('pcap-filter').Predicate} matches @param {import('../lib/capture-parts.mjs').Packet} packet @param {number} spoil */
function verdict(matches, { frame, originalBytes }, spoil) {
  const from = GUARD_BYTES + (spoil & 3)
  const bytes = new Uint8Array(frame.length + 2 * GUARD_BYTES).fill(spoil)
  bytes.set(frame, from)
  const result = matches(bytes, from, frame.length, originalBytes)
  mustHold(typeof result === 'boolean', () => `Verdict is ${result}`)
  return result
}
