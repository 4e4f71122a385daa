import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/errors.js'
import { whereOf } from '../../src/query/where.js'

const RECORD = {
  ts: 1_796_029_200.5,
  duration: 90.25,
  'id.orig_h': '10.1.2.3',
  'id.orig_p': 51_000,
  'id.resp_h': '2001:db8::443',
  'id.resp_p': 443,
  proto: 'tcp',
  orig_bytes: 0,
  resp_bytes: 1_048_577n,
  conn_state: 'SF',
  history: 'ShADadFf',
  orig_file: null,
  resp_file: 'a b.txt',
  gaps_truncated: false,
  tunnel: ['vxlan:42', 'gre'],
  vlan: [7, 12],
}

describe('whereOf()', () => {
  it.each([
    ['resp_bytes > 1M', true],
    ['resp_bytes > 1M and id.resp_p = 443', true],
    ['resp_bytes>1M&&id.resp_p==443', true],
    ['resp_bytes <= 1m', false],
    ['resp_bytes = 1048577', true],
    ['resp_bytes >= 1.5M', false],
    ['orig_bytes = 0', true],
    ['orig_bytes != 0', false],
    ['orig_bytes in (1, 2, 0)', true],
    ['orig_bytes in 3', false],
    ['duration > 1m', true],
    ['duration < 1500ms', false],
    ['duration = 90.25', true],
    ['ts >= 2026-11-30', true],
    ['ts >= 2026-11-30T09:00:00Z', true],
    ['ts > 2026-11-30T09:00:00.5Z', false],
    ['ts < "2026-11-30 10:00:01+01:00"', true],
    ['ts < 2026-11-30T04:00-0500', false],
    ['ts = 1796029200.5', true],
    ['id.orig_h = 10.1.2.3', true],
    ['id.orig_h in 10.0.0.0/8', true],
    ['id.orig_h = 10.0.0.0/8', true],
    ['id.orig_h in 10.1.2.3/32', true],
    ['id.orig_h in 0.0.0.0/0', true],
    ['id.orig_h in ::/0', false],
    ['id.orig_h in ::ffff:10.1.2.3', false],
    ['id.resp_h = 2001:DB8:0:0::443', true],
    ['id.resp_h in (192.0.2.0/24, 2001:db8::/32)', true],
    ['id.resp_h != 2001:db8::/32', false],
    ['host = 10.1.2.3', true],
    ['host in 2001:db8::/32', true],
    ['host != 10.1.2.3', false],
    ['host != 10.1.2.4', true],
    ['port = 443', true],
    ['port = 51000', true],
    ['port < 1024', true],
    ['port != 80', true],
    ['proto = TCP', true],
    ['proto in (udp, icmp)', false],
    ['conn_state = SF', true],
    ['conn_state = sf', false],
    ['history contains Ff', true],
    ['history contains R', false],
    ['proto contains "C"', true],
    ['orig_file = null', true],
    ['orig_file != null', false],
    ['resp_file = null', false],
    ['resp_file != null', true],
    ['resp_file = "a b.txt"', true],
    ["resp_file contains 'b.t'", true],
    ['orig_file = x', false],
    ['orig_file != x', false],
    ['not orig_file != x', true],
    ['gaps_truncated', false],
    ['!gaps_truncated', true],
    ['gaps_truncated = false', true],
    ['tunnel contains vxlan:42', true],
    ['tunnel contains vxlan', false],
    ['vlan contains 12', true],
    ['vlan contains 1', false],
    ['icmp_errors = 0', false],
    ['capture = x', false],
    // "and" binds tighter than "or", "not" tighter than both.
    ['orig_bytes = 0 or resp_bytes = 0 and proto = udp', true],
    ['(orig_bytes = 0 or resp_bytes = 0) and proto = udp', false],
    ['not proto = udp and orig_bytes = 0', true],
    ['not (proto = tcp and orig_bytes = 0)', false],
    ['NOT proto = udp AND not not orig_bytes = 0', true],
  ])('%s is %s', (query, expected) => {
    expect(whereOf(query).test(RECORD)).toBe(expected)
  })

  it.each([
    ['', 'at column 1: expected a field, the query ends'],
    ['resp_byte > 1', 'at column 1: the index has no field "resp_byte"; did you mean resp_bytes?'],
    ['proto = tcp and xyzzyq = 1', 'at column 17: the index has no field "xyzzyq"'],
    ['orig_gaps = 1', 'at column 1: the index has no field "orig_gaps"'],
    ['resp_bytes', 'at column 11: expected a comparison of resp_bytes, the query ends'],
    ['resp_bytes > ', 'at column 14: expected a number such as 1500 or 1M, the query ends'],
    ['resp_bytes > -1', 'at column 14: "-1" is not a number such as 1500 or 1M'],
    ['resp_bytes > 1X', 'at column 14: "1X" is not a number such as 1500 or 1M'],
    ['resp_bytes contains 1', 'at column 12: resp_bytes cannot be compared with "contains": it takes'],
    ['proto < tcp', 'at column 7: proto cannot be compared with "<": it takes = != in contains'],
    ['vlan = 5', 'at column 6: vlan cannot be compared with "=": it takes contains'],
    ['id.orig_h = 10.0.0.0/33', 'at column 13: "10.0.0.0/33" is not an address or a network'],
    ['id.orig_h = 10.0.0', 'at column 13: "10.0.0" is not an address'],
    ['host = example.com', 'at column 8: "example.com" is not an address'],
    ['ts > 2026-04-31', 'at column 6: "2026-04-31" is not a time'],
    ['ts > 2026-04-30T24:00', 'at column 6: "2026-04-30T24:00" is not a time'],
    ['duration > 1 m', 'at column 14: expected "and", "or" or the end, found "m"'],
    ['(proto = tcp', 'at column 13: expected ")", the query ends'],
    ['proto = tcp)', 'at column 12: expected "and", "or" or the end, found ")"'],
    ['proto in (tcp udp)', 'at column 15: expected "," or ")", found "udp"'],
    ['proto = "tcp', 'at column 9: the text that begins here has no closing "'],
    ['proto = tcp & port = 1', 'at column 13: "&" means nothing here'],
    ['gaps_truncated = yes', 'at column 18: "yes" is not true or false'],
    ['and', 'at column 1: expected a field, found "and"'],
    [`${'('.repeat(101)}proto = tcp`, 'at column 101: more than 100 levels'],
  ])('refuses %s', (query, problem) => {
    expect(() => whereOf(query)).toThrow(ConfigError)
    expect(() => whereOf(query)).toThrow(problem)
  })

  it('tells the fields that it looks at', () => {
    const { fields } = whereOf('host = 10.1.2.3 or not (resp_bytes > 1 and proto = tcp)')
    expect([...fields].sort()).toEqual(['id.orig_h', 'id.resp_h', 'proto', 'resp_bytes'])
  })

  it('throws nothing but ConfigError, whatever the text', () => {
    const piece = fc.constantFrom(
      ...'resp_bytes id.orig_h ts proto vlan host ( ) , and or not in contains = != < 1M 10.0.0.0/8 "a'.split(
        ' ',
      ),
      '2026-11-30',
      ' ',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(' ')),
    )
    fc.assert(
      fc.property(text, (query) => {
        try {
          expect(typeof whereOf(query).test(RECORD)).toBe('boolean')
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
        }
      }),
    )
  })

  it('joins tests as JavaScript does', () => {
    const leaf = fc.constantFrom<string[]>(['proto = tcp', 'true'], ['proto = udp', 'false'])
    const { tree } = fc.letrec<{ tree: string[] }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        leaf,
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => [`${a[0]} and ${b[0]}`, `${a[1]} && ${b[1]}`]),
        fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => [`${a[0]} or ${b[0]}`, `${a[1]} || ${b[1]}`]),
        tie('tree').map((a) => [`not (${a[0]})`, `!(${a[1]})`]),
        tie('tree').map((a) => [`(${a[0]})`, `(${a[1]})`]),
      ),
    }))
    fc.assert(
      fc.property(tree, ([query, script]) => {
        expect(whereOf(query!).test({ proto: 'tcp' })).toBe(new Function(`return ${script}`)())
      }),
    )
  })
})
