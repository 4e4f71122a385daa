import fc from 'fast-check'
import { PROTOCOL_NAMES } from '../../src/keywords.js'
import type { Arithmetic, Expression, Identifier, Qualifiers } from '../../src/syntax-tree.js'

// Any tree that the parser can give, with columns of 0.

const column = 0
const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffff_ffff }))
const protocol = fc.constantFrom(...PROTOCOL_NAMES)
const comparison = fc.constantFrom('>', '>=', '=', '<=', '<', '!=' as const)
const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}[a-z0-9]$/),
  fc.constantFrom('tcp', 'and', 'not', 'http', 'tcp-syn', '80', '1.2.3.4', '00:11:22:33:44:55', 'a_b', 'x-'),
)

const identifier: fc.Arbitrary<Identifier> = fc.oneof(
  name.map((text): Identifier => ({ form: 'name', column: 1, text })),
  uint32.map((value): Identifier => ({ form: 'number', column: 1, value })),
  fc.record({
    form: fc.constant('ipv4' as const),
    column: fc.constant(1),
    text: fc.constantFrom('1.2.3.4', '10.1', '10.20.30', '999.1.1.1'),
    mask: fc.constantFrom(null, 0, 8, 32, 33, '255.255.0.0', '255.0'),
  }),
  fc.record({
    form: fc.constant('ipv6' as const),
    column: fc.constant(1),
    text: fc.constantFrom('::1', '2001:db8::', 'fe80::1:2', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8', '::'),
    prefix: fc.constantFrom(null, 0, 64, 128, 129),
  }),
  fc.record({
    form: fc.constant('mac' as const),
    column: fc.constant(1),
    text: fc.constantFrom('00:11:22:33:44:55', '0-1-2-3-4-5', '0011.2233.4455', 'aabbccddeeff'),
  }),
  fc.record({
    form: fc.constant('arcnet' as const),
    column: fc.constant(1),
    text: fc.constantFrom('$1', '$ab'),
  }),
)

const qualifiers: fc.Arbitrary<Qualifiers> = fc.oneof(
  fc.record({
    protocol: fc.option(protocol),
    direction: fc.option(
      fc.constantFrom(
        ...([
          'src',
          'dst',
          'src or dst',
          'src and dst',
          'addr1',
          'addr2',
          'addr3',
          'addr4',
          'ra',
          'ta',
        ] as const),
      ),
    ),
    kind: fc.constantFrom('host', 'net', 'port', 'portrange' as const),
  }),
  fc.record({
    protocol: fc.option(protocol),
    direction: fc.constantFrom('src', 'dst', 'src or dst', 'ra' as const),
    kind: fc.constant(null),
  }),
  fc.record({
    protocol: fc.option(protocol),
    direction: fc.constant(null),
    kind: fc.constantFrom('gateway', 'proto', 'protochain' as const),
  }),
)

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.record({
    column: fc.constant(column),
    kind: fc.constant('identifier' as const),
    qualifiers,
    identifier,
  }),
  fc.record({ column: fc.constant(column), kind: fc.constant('protocol' as const), protocol }),
  fc.record({
    column: fc.constant(column),
    kind: fc.constantFrom('broadcast', 'multicast' as const),
    protocol: fc.option(protocol),
  }),
  fc.record({
    column: fc.constant(column),
    kind: fc.constantFrom('less', 'greater', 'ifindex', 'rulenum', 'subrulenum', 'reason' as const),
    value: uint32,
  }),
  fc.record({
    column: fc.constant(column),
    kind: fc.constantFrom('vlan', 'mpls', 'pppoes', 'geneve' as const),
    value: fc.option(uint32),
  }),
  fc.record({
    column: fc.constant(column),
    kind: fc.constantFrom(
      'inbound',
      'outbound',
      'pppoed',
      'lane',
      'oam',
      'connectmsg',
      'fisu',
      'hmsu' as const,
    ),
  }),
  fc.record({
    column: fc.constant(column),
    kind: fc.constant('byte' as const),
    offset: uint32,
    operator: fc.constantFrom('&', '|', '<', '>', '=' as const),
    value: uint32,
  }),
  fc.record({ column: fc.constant(column), kind: fc.constantFrom('ifname', 'ruleset' as const), name }),
  fc.record({ column: fc.constant(column), kind: fc.constant('action' as const), value: fc.nat(10) }),
  fc.record({
    column: fc.constant(column),
    kind: fc.constant('wlanType' as const),
    type: fc.constantFrom(0, 4, 8, 12),
    subtype: fc.option(fc.nat(15).map((bits) => bits << 4)),
  }),
  fc.record({ column: fc.constant(column), kind: fc.constant('wlanDirection' as const), value: uint32 }),
  fc.record({
    column: fc.constant(column),
    kind: fc.constant('llc' as const),
    frame: fc.constantFrom(null, 'i', 's', 'u', 'rr', 'rnr', 'sabme'),
  }),
  fc.record({
    column: fc.constant(column),
    kind: fc.constantFrom('vpi', 'vci', 'sio', 'opc', 'hsls' as const),
    comparison,
    value: uint32,
  }),
)

const { arithmetic } = fc.letrec<{ arithmetic: Arithmetic }>((tie) => ({
  arithmetic: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    uint32.map((value): Arithmetic => ({ column, kind: 'number', value })),
    fc.constant<Arithmetic>({ column, kind: 'length' }),
    fc.record({
      column: fc.constant(column),
      kind: fc.constant('load' as const),
      protocol,
      offset: tie('arithmetic'),
      size: fc.constantFrom(1, 2, 4, 3),
    }),
    fc.record({
      column: fc.constant(column),
      kind: fc.constant('negate' as const),
      operand: tie('arithmetic'),
    }),
    fc.record({
      column: fc.constant(column),
      kind: fc.constant('binary' as const),
      operator: fc.constantFrom('+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>' as const),
      left: tie('arithmetic'),
      right: tie('arithmetic'),
    }),
  ),
}))

export const arbitraryExpression: fc.Arbitrary<Expression> = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.record({
      column: fc.constant(column),
      kind: fc.constant('relation' as const),
      comparison,
      left: arithmetic,
      right: arithmetic,
    }),
    fc.record({ column: fc.constant(column), kind: fc.constant('not' as const), operand: tie('expression') }),
    fc.record({
      column: fc.constant(column),
      kind: fc.constant('chain' as const),
      first: tie('expression'),
      rest: fc.array(
        fc.record({ operator: fc.constantFrom('and', 'or' as const), operand: tie('expression') }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  ),
})).expression

/** Text that is made of the words of the language, in any order. */
export const arbitraryWords: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      ...'tcp udp ip ip6 arp ether wlan radio host net mask port portrange proto protochain src dst and or not ( ) [ ] : = != > <'.split(
        ' ',
      ),
      ...'>= <= + - * / % & | ^ << >> 80 443 0x10 08 4294967296 1.2.3.4 10 10.0 /8 ::1 1:2:3 00:11:22:33:44:55 len broadcast'.split(
        ' ',
      ),
      ...'less greater vlan mpls pppoes geneve http ! && || \\tcp \\ tcp-syn gateway inbound 1000-2000 llc type subtype dir vpi'.split(
        ' ',
      ),
      ...'sio reason action ifname byte $ab $ " é \u0000 ðŸ˜€'.split(' '),
    ),
    { maxLength: 12 },
  )
  .map((words) => words.join(' '))
