import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryPacket } from '../../../../test/support/arbitrary-packet.js'
import { generateCode } from '../../src/codegen/generate.js'
import { programOf } from '../../src/emit/program.js'
import { optimize } from '../../src/optimize/optimize.js'
import { parseExpression } from '../../src/parser.js'
import { runMachine } from '../support/bpf-machine.js'
import { ETHERNET_EXPRESSIONS } from '../support/filter-expressions.js'

const SURROUNDINGS = { hostAddresses: () => null, netmask: 0, isBigEndian: false }
/** No load of the expressions goes beyond such a packet, so what is loaded does not matter, only what is computed. */
const LONG = 1200

function code(expression: string, linkType = 1) {
  return generateCode(parseExpression(expression), linkType, SURROUNDINGS)
}

function optimized(expression: string, linkType = 1) {
  return programOf(optimize(code(expression, linkType).root))
}

describe('optimize()', () => {
  it('keeps what a program answers for packets that are long enough', () => {
    const programs = ETHERNET_EXPRESSIONS.flatMap((expression) => {
      const plain = code(expression)
      if (plain.mustNotOptimize) return []
      return [{ expression, before: programOf(plain.root), after: optimized(expression) }]
    })
    expect(programs.length).toBeGreaterThan(150)
    fc.assert(
      fc.property(arbitraryPacket, (start) => {
        const packet = new Uint8Array(LONG)
        packet.set(start)
        for (const { expression, before, after } of programs) {
          const expected = runMachine(before, packet, LONG)
          const found = runMachine(after, packet, LONG)
          if (found !== expected) expect([expression, found]).toEqual([expression, expected])
        }
      }),
      { numRuns: 40 },
    )
  })

  // [expression, instructions]
  it.each([
    ['tcp', 12],
    ['1 = 1', 1],
    ['1 = 2', 1],
    ['not 1 = 1', 1],
    ['ip and ip and ip', 4],
    ['ip or ip', 4],
    ['tcp or tcp', 12],
    ['ip[0] + 0 = 5 - 2 + 2', 6],
    ['ip[9] & 0 = 0', 6],
    ['ether[0] = 1 or ether[0] = 2 or ether[0] = 3', 6],
  ])('makes %s a program of %d instructions', (expression, length) => {
    expect(optimized(expression)).toHaveLength(length)
  })

  it('loads the type of the protocol once for tests that are joined', () => {
    const loads = optimized('ip or arp or rarp or ip6').filter(({ code, k }) => code === 40 && k === 12)
    expect(loads).toHaveLength(1)
  })

  it('takes out a load that nothing reads, and with it what it would refuse', () => {
    const packet = new Uint8Array(60)
    packet.set([8, 0], 12)
    expect(runMachine(programOf(code('ip[200] & 0 = 0').root), packet, 60)).toBe(false)
    expect(runMachine(optimized('ip[200] & 0 = 0'), packet, 60)).toBe(true)
  })

  it.each([
    ['ip[0] / (1 - 1) = 0', 'division by zero'],
    ['ip[0] % (3 - 3) = 0', 'division by zero'],
    ['ip[0] << (30 + 2) = 0', 'a shift by more than 31 bits'],
    ['5 / (1 - 1) = 0', 'division by zero'],
  ])('refuses "%s"', (expression, reason) => {
    expect(() => optimized(expression)).toThrow(reason)
  })
})
