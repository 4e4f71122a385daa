import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FilterSyntaxError } from '../src/filter-syntax-error.js'
import { parseExpression } from '../src/parser.js'
import { printExpression } from '../src/print-expression.js'
import { arbitraryWords } from './support/arbitrary-expression.js'

/** What the parser made of a text, with everything inherited written out. */
const understood = (text: string) => printExpression(parseExpression(text))

describe('parseExpression()', () => {
  it('gives no tree for an expression that is empty or blank', () => {
    expect([parseExpression(''), parseExpression(' \n')]).toEqual([null, null])
  })

  // [what is written, the same with everything inherited written out]
  it.each([
    ['tcp and udp or icmp and arp', 'tcp and udp or icmp and arp'],
    ['tcp and (udp or icmp)', 'tcp and (udp or icmp)'],
    ['not tcp and udp', 'not tcp and udp'],
    ['not (tcp and udp)', 'not (tcp and udp)'],
    ['port 80 or 443 or 8080', 'port 80 or port 443 or port 8080'],
    ['tcp src port 80 or 443', 'tcp src port 80 or tcp src port 443'],
    ['host 1.2.3.4 and not 5.6.7.8', 'host 1.2.3.4 and not host 5.6.7.8'],
    ['host (1.2.3.4 or ::1)', 'host 1.2.3.4 or host ::1'],
    ['host not (1.2.3.4 or ::1)', 'not (host 1.2.3.4 or host ::1)'],
    ['port 80 and (443 or 22)', 'port 80 and (port 443 or port 22)'],
    ['port 80 and (not 443 or 22)', 'port 80 and (not port 443 or port 22)'],
    ['port 80 and ((443) or 22)', 'port 80 and (port 443 or port 22)'],
    ['port 80 and (host 1.2.3.4) or 443', 'port 80 and host 1.2.3.4 or port 443'],
    ['port ((80))', 'port 80'],
    ['src or dst port 80', 'src or dst port 80'],
    ['dst and src net 10', 'src and dst net 10'],
    ['src foo', 'src foo'],
    ['src foo or bar', 'src foo or src bar'],
    ['ether src 1:2:3:4:5:6', 'link src 1:2:3:4:5:6'],
    ['wlan addr1 1:2:3:4:5:6', 'link addr1 1:2:3:4:5:6'],
    ['proto \\tcp or \\udp', 'proto \\tcp or proto \\udp'],
    ['net 10.0.0.0 mask 255.0.0.0', 'net 10.0.0.0 mask 255.0.0.0'],
    ['1 + 2 * 3 - 4 = 3', '(1 + (2 * 3)) - 4 = 3'],
    ['1 | 2 & 3 << 1 = 3', '1 | (2 & (3 << 1)) = 3'],
    ['2 * 3 % 4 = 2', '2 * (3 % 4) = 2'],
    ['9 % 2 + 1 = 0', '9 % (2 + 1) = 0'],
    ['1 ^ 2 ^ 3 = 0', '1 ^ (2 ^ 3) = 0'],
    ['-1 + 2 = 1', '(-1) + 2 = 1'],
    ['-1 % 2 = 1', '-(1 % 2) = 1'],
    ['tcp[tcp[12] >> 2:4] = 0x47455420', 'tcp[tcp[12:1] >> 2:4] = 1195725856'],
    ['(5 + 3) * 2 > len', '(5 + 3) * 2 > len'],
    ['(5) = 5', '5 = 5'],
    ['tcp and (len > 5)', 'tcp and len > 5'],
    ['vlan (5) and ip', 'vlan 5 and ip'],
    ['vpi (1 or 2) and tcp', '(vpi = 1 or vpi = 2) and tcp'],
    ['llc rnr', 'llc rnr'],
    ['subtype beacon', 'type 0 subtype 128'],
    ['subtype ACK', 'type 4 subtype 208'],
    ['wlan dir tods', 'dir 1'],
    ['action BLOCK', 'action drop'],
    ['rset foo and on em0', 'ruleset foo and ifname em0'],
  ])('understands "%s" as "%s"', (text, expected) => {
    expect(understood(text)).toBe(expected)
  })

  // [what is written, column, what is said]
  it.each([
    ['80', 3, 'expected a comparison'],
    ['tcp port', 9, 'expected an address, a number or a name, the expression ends'],
    ['tcp and', 8, 'expected a test such as'],
    ['tcp udp', 5, 'expected "and", "or" or the end, found "udp"'],
    ['(tcp', 5, 'expected "and", "or" or ")", the expression ends'],
    ['tcp)', 4, 'expected "and", "or" or the end, found ")"'],
    ['()', 2, 'expected a test'],
    ['tcp or 80', 8, 'expected a qualifier before this'],
    ['(port 80) or 443', 14, 'expected a qualifier before this'],
    ['port 80 or tcp or 443', 19, 'expected a qualifier before this'],
    ['port 80 and (443 or tcp)', 21, 'expected an address'],
    ['port 80 and ((443 or 22))', 19, 'expected a comparison'],
    ['port (tcp)', 7, 'found a complete test'],
    ['port (5 + 3)', 12, 'expected an address'],
    ['port 80 or (5 + 3)', 19, 'expected a comparison'],
    ['tcp and (port 80 or 5 + 3)', 21, 'expected a comparison'],
    ['not 80', 7, 'expected a comparison'],
    ['src or port 80', 8, 'expected "dst", found "port"'],
    ['src proto 6', 5, 'expected an address'],
    ['net 10.0.0.0 mask 8', 19, 'expected a mask such as'],
    ['net 10.0.0.0/foo', 14, 'expected a prefix length'],
    ['tcp[0', 6, 'expected "]"'],
    ['tcp[0:]', 7, 'expected the number of bytes'],
    ['tcp[] = 1', 5, 'expected a number, "len" or an accessor'],
    ['tcp = 5', 5, 'expected "and", "or" or the end'],
    ['5 = tcp', 8, 'expected "[" after the protocol'],
    ['1 + = 2', 5, 'expected a number, "len" or an accessor'],
    ['less tcp', 6, 'expected a number, found "tcp"'],
    ['byte 1 + 2', 8, 'expected one of & | < > ='],
    ['vlan and', 9, 'expected a test'],
    ['ifname 5', 8, 'expected a name'],
    ['type beacon', 6, '"beacon" is not an 802.11 type'],
    ['type 5', 6, 'an 802.11 type may only have bits of 0xc'],
    ['type mgt subtype qos', 18, '"qos" is not a subtype of mgt'],
    ['type 12 subtype 1', 17, 'an 802.11 subtype may only have bits of 0xf0'],
    ['subtype nosuch', 9, '"nosuch" is not an 802.11 subtype'],
    ['dir sideways', 5, '"sideways" is not an 802.11 direction'],
    ['llc nosuch', 5, '"nosuch" is not a type of LLC frame'],
    ['reason nosuch', 8, '"nosuch" is not a reason'],
    ['action 5', 8, 'expected an action'],
    ['action nosuch', 8, '"nosuch" is not an action'],
    ['vpi (5 and 6)', 8, 'expected "or" or ")"'],
  ])('refuses "%s" at column %d', (text, column, reason) => {
    expect(() => parseExpression(text)).toThrow(
      expect.objectContaining({ column, problem: 'expression', message: expect.stringContaining(reason) }),
    )
  })

  it.each([
    ['parentheses', (count: number) => `${'('.repeat(count)}tcp${')'.repeat(count)}`],
    ['negations', (count: number) => `${'not '.repeat(count)}tcp`],
    ['signs', (count: number) => `${'-'.repeat(count)}1 = 1`],
    ['accessors', (count: number) => `${'ip['.repeat(count)}0${']'.repeat(count)} = 1`],
    ['numbers of VLANs', (count: number) => `vlan ${'('.repeat(count)}5${')'.repeat(count)}`],
    ['groups', (count: number) => `port ${'not ('.repeat(count)}5${')'.repeat(count)}`],
  ])('takes %s nested up to a limit, and refuses more without running out of stack', (_what, nested) => {
    expect(parseExpression(nested(200))).not.toBeNull()
    expect(() => parseExpression(nested(20_000))).toThrow(/nests more than 500 levels deep/)
  })

  it('takes long chains, and computations up to a limit', () => {
    const chain = parseExpression(new Array(20_000).fill('tcp').join(' or '))
    expect(chain).toMatchObject({ kind: 'chain', rest: { length: 19_999 } })
    expect(parseExpression(`${new Array(400).fill('1').join(' + ')} = 1`)).not.toBeNull()
    expect(() => parseExpression(`${new Array(20_000).fill('1').join(' + ')} = 1`)).toThrow(
      /more than 500 operators/,
    )
    expect(() => parseExpression(`${new Array(20_000).fill('1').join(' ^ ')} = 1`)).toThrow(/500 levels/)
  })

  it('gives a tree or the syntax error for any text, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), arbitraryWords), (text) => {
        try {
          parseExpression(text)
        } catch (error) {
          expect(error).toBeInstanceOf(FilterSyntaxError)
          expect((error as FilterSyntaxError).column).toBeGreaterThanOrEqual(1)
          expect((error as FilterSyntaxError).column).toBeLessThanOrEqual(text.length + 1)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
