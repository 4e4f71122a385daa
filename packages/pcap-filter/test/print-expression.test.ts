import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExpression } from '../src/parser.js'
import { printExpression } from '../src/print-expression.js'
import { arbitraryExpression } from './support/arbitrary-expression.js'

/** A tree without its columns. */
function bare(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree, (key, value: unknown) => (/column$/i.test(key) ? undefined : value)))
}

describe('printExpression()', () => {
  it.each([
    ['tcp  port 80', 'tcp port 80'],
    ['port 80 or 443', 'port 80 or port 443'],
    ['host (1.2.3.4 or ::1) and tcp', '(host 1.2.3.4 or host ::1) and tcp'],
    ['!tcp&&!udp', 'not tcp and not udp'],
    ['tcp[tcpflags]&(tcp-syn|tcp-ack)==tcp-syn', 'tcp[13:1] & (2 | 16) = 2'],
    ['5 - 3 - 1 > ip[0]', '(5 - 3) - 1 > ip[0:1]'],
    ['ether proto \\ip', 'link proto \\ip'],
    ['vci (5 or 6)', 'vci = 5 or vci = 6'],
    ['type mgt subtype beacon', 'type 0 subtype 128'],
    ['', ''],
  ])('prints "%s" as "%s"', (text, printed) => {
    expect(printExpression(parseExpression(text))).toBe(printed)
  })

  it('prints any tree so that it is parsed back as an equal one', () => {
    fc.assert(
      fc.property(arbitraryExpression, (tree) => {
        expect(bare(parseExpression(printExpression(tree)))).toEqual(bare(tree))
      }),
      { numRuns: 1000 },
    )
  })
})
