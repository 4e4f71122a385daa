import type { Random } from '../../../../fixtures/generator/random.mjs'
import { pick } from './network-packets.js'

// Every word and sign of the language, and values of every form.
const WORDS =
  `ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp igrp pim vrrp carp ah esp atalk aarp decnet lat sca moprc mopdl iso
  esis isis clnp l1 l2 iih lsp snp csnp psnp stp ipx netbeui radio link ether fddi tr ppp slip wlan host net mask port portrange
  proto protochain gateway src dst and or not len length less greater byte broadcast multicast inbound outbound vlan mpls pppoed
  pppoes geneve ifindex ifname on rset ruleset rulenum rnr srnr subrulenum reason action type subtype dir direction addr1
  address2 addr3 addr4 ra ta llc lane metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic vpi vci connectmsg metaconnect fisu lssu lsu
  msu hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls tcpflags tcp-syn icmptype icmp-echo icmp6type icmp6-echo`.split(
    /\s+/,
  )
const SIGNS = [
  '(',
  ')',
  '[',
  ']',
  '!',
  '&&',
  '||',
  '&',
  '|',
  '^',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<<',
  '>>',
  ':',
  '$',
] as const
const COMPARISONS = ['=', '==', '!=', '<', '>', '<=', '>='] as const
const NUMBERS =
  `0 1 2 6 17 53 80 100 255 256 4095 4096 65535 65536 4294967295 4294967296 0x50 0x 010 09 10.0.0.1 10.0.0.0/8 10
  10.1 192.168.1 1.2.3.4 255.255.255.0 ::1 2001:db8::1 2001:db8::/32 fe80::1/10 :: 00:11:22:33:44:55 0:1:2:3:4:5
  00-11-22-33-44-55 0011.2233.4455 $5 80-90 1-65536`.split(/\s+/)
const NAMES = [
  'port http',
  'portrange http-https',
  'proto \\tcp',
  'type mgt subtype beacon',
  'dir nods',
  'llc rr',
  'reason match',
]
const VALUES: readonly string[] = [
  ...NUMBERS,
  ...NAMES,
  'action pass',
  'ifname eth0',
  'host localhost',
  'net loopback',
]

/**
 * Whether there may be a name of a host in the text, which the DNS would be asked for: a machine without one waits long.
 */
export function mayNameHosts(text: string): boolean {
  const left = VALUES.slice(NUMBERS.length).reduce((rest, value) => rest.replaceAll(value, ' '), text)
  return left.split(/[^\w.:\\-]+/).some((word) => /^\\|[g-zG-Z]/.test(word) && !WORDS.includes(word))
}

/** A sequence of words as no grammar made it; half of them begin like an expression. */
export function randomWords(random: Random): string {
  const words: string[] = []
  const count = 1 + random.below(6)
  for (let i = 0; i < count; i++) {
    const kind = random.below(10)
    if (kind < 5) words.push(pick(random, WORDS))
    else if (kind < 8) words.push(pick(random, VALUES))
    else if (kind < 9) words.push(pick(random, SIGNS))
    else words.push(pick(random, COMPARISONS))
  }
  return words.join(pick(random, [' ', ' ', ' ', '']))
}

/** An expression with a word taken out, doubled, replaced or moved. */
export function disturbed(random: Random, expression: string): string {
  const words = expression.split(/(?<=[\s()[\]:])|(?=[\s()[\]:])/)
  const at = random.below(words.length)
  const other = random.below(words.length)
  switch (random.below(5)) {
    case 0:
      words.splice(at, 1)
      break
    case 1:
      words.splice(at, 0, words[other]!)
      break
    case 2:
      words[at] = pick(random, random.chance(0.5) ? WORDS : VALUES)
      break
    case 3:
      words.splice(at, 0, pick(random, SIGNS))
      break
    default:
      words[at] = words[other]!
  }
  return words.join('')
}
