import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryPacket } from '../../../../test/support/arbitrary-packet.js'
import { joined } from '../../src/codegen/alternatives.js'
import { generateCode } from '../../src/codegen/generate.js'
import { predicateOf } from '../../src/emit/javascript.js'
import { programOf } from '../../src/emit/program.js'
import { optimize } from '../../src/optimize/optimize.js'
import { parseExpression } from '../../src/parser.js'

const SURROUNDINGS = { hostAddresses: () => null, netmask: 0, isBigEndian: false }

/** How many tests stand in each link of the chain. */
function sizes(expression: string): number[] {
  const tree = parseExpression(expression)
  if (tree?.kind !== 'chain') throw new Error('no chain')
  return joined(tree).map(({ operands }) => operands.length)
}

describe('joined()', () => {
  it.each([
    ['port 80 or 443 or 22', [3]],
    ['host 1.2.3.4 or 5.6.7.8 or port 80 or 443', [2, 2]],
    ['src host 1.2.3.4 or dst host 5.6.7.8', [1, 1]],
    ['tcp port 80 or port 443', [1, 1]],
    ['tcp or port 80 or 443 and udp or port 1 or 2', [1, 2, 1, 2]],
    // What "and" joins belongs to what stands before it.
    ['tcp and port 80 or 443', [1, 1, 1]],
    ['host 10.1 or 10.2 or 10.3.4', [2, 1]],
    ['net 10.0.0.0/8 or 192.168.0.0/16 or 11.0.0.0/8 or 172.16 or 192.168.1.0/24', [2, 2, 1]],
    ['port 80 or host 1.2.3.4 or port 443 or host 1.2.3.5', [2, 2]],
    ['port 80 or tcp or port 443', [1, 1, 1]],
    ['net 10.0.0.1/8 or 11.0.0.1/8 or 0.0.0.0/0', [1, 1, 1]],
    ['port 80 or not 443', [1, 1]],
    ['decnet host 1.2 or 1.3', [1, 1]],
    ['host 1.2.3.4 or ::1', [1, 1]],
    ['port http or ssh', [1, 1]],
    // Both ends must have the same one.
    ['src and dst host 1.2.3.4 or 5.6.7.8', [1, 1]],
    ['src and dst port 80 or 443', [1, 1]],
  ])('puts tests of "%s" together', (expression, expected) => {
    expect(sizes(expression)).toEqual(expected)
  })

  // From 1.2.3.4 to 10.0.0.1.
  const between = Uint8Array.from([
    ...new Uint8Array(12),
    8,
    0,
    0x45,
    ...new Uint8Array(7),
    64,
    6,
    0,
    0,
    1,
    2,
    3,
    4,
    10,
    0,
    0,
    1,
  ])

  const long = Array.from({ length: 12 }, (_, i) => 80 + i).join(' or ')
  it.each([
    'port 80 or 443 or 22',
    `tcp src port ${long} or 22 and ip`,
    'host 1.2.3.4 or 10.0.0.1 or 192.168.0.1 or ::1',
    'not (src host 1.2.3.4 or 10.0.0.1) and src or dst port 80 or 53',
    'src and dst host 10.0.0.1 or 192.168.0.1 or 1.2.3.4 or 224.0.0.1 or 1.1.1.1 or 2.2.2.2 or 3.3.3.3 or 4.4.4.4',
    'arp host 1.2.3.4 or 10.0.0.1',
    'net 10.0.0.0/8 or 192.168.0.0/16 or 11.0.0.0/8 or 1.2 or 224 or 0.0.0.0/0 and tcp',
    'dst net 10.0.0.0/8 or port 80 or dst net 1.0.0.0/8 or port 53',
  ])('does not change what "%s" means', (expression) => {
    const tree = parseExpression(expression)
    const apart = predicateOf(programOf(optimize(generateCode(tree, 1, SURROUNDINGS).root)))
    const together = predicateOf(programOf(optimize(generateCode(tree, 1, SURROUNDINGS, true).root)))
    const plain = predicateOf(programOf(generateCode(tree, 1, SURROUNDINGS, true).root))
    fc.assert(
      fc.property(arbitraryPacket, (start) => {
        const packet = new Uint8Array(200)
        packet.set(start)
        const expected = apart(packet, 0, 200, 200)
        expect([together(packet, 0, 200, 200), plain(packet, 0, 200, 200)]).toEqual([expected, expected])
      }),
      { examples: [[between]] },
    )
  })
})
