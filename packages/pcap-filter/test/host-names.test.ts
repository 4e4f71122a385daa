import { expect, it } from 'vitest'
import { hostNamesOf } from '../src/host-names.js'
import { parseExpression } from '../src/parser.js'

it.each([
  ['host foo', ['foo']],
  ['src foo or bar and not (baz or qux) or tcp', ['foo', 'bar', 'baz', 'qux']],
  ['ip6 host foo and dst host foo', ['foo']],
  ['port http and net loopback and proto \\tcp', []],
  ['ether host foo and decnet host bar', []],
  ['host 1.2.3.4 and tcp', []],
  ['', []],
])('finds the hosts that "%s" names', (expression, names) => {
  expect(hostNamesOf(parseExpression(expression)).sort()).toEqual([...names].sort())
})
