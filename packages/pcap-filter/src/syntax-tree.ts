import type { Protocol } from './keywords.js'

export type Direction =
  | 'src'
  | 'dst'
  | 'src or dst'
  | 'src and dst'
  | 'addr1'
  | 'addr2'
  | 'addr3'
  | 'addr4'
  | 'ra'
  | 'ta'

export type AddressKind = 'host' | 'net' | 'port' | 'portrange' | 'gateway' | 'proto' | 'protochain'

/** The qualifiers of an address, a number or a name; null for those not given. */
export interface Qualifiers {
  readonly protocol: Protocol | null
  readonly direction: Direction | null
  readonly kind: AddressKind | null
}

/** An address, a number or a name, with the column of its first character. */
export type Identifier = { readonly column: number } & (
  | { readonly form: 'name'; readonly text: string }
  | { readonly form: 'number'; readonly value: number }
  /** One to four numbers separated by dots. The mask is a prefix length or another such address. */
  | { readonly form: 'ipv4'; readonly text: string; readonly mask: number | string | null }
  | { readonly form: 'ipv6'; readonly text: string; readonly prefix: number | null }
  | { readonly form: 'mac'; readonly text: string }
  /** `$` and one or two hexadecimal digits. */
  | { readonly form: 'arcnet'; readonly text: string }
)

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>'
export type Comparison = '>' | '>=' | '=' | '<=' | '<' | '!='

/** A computation with a uint32 result. Every node has the column of its first character. */
export type Arithmetic = { readonly column: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'length' }
  /** `size` bytes (as written; only 1, 2 and 4 are allowed) at `offset` in the protocol's header. */
  | { readonly kind: 'load'; readonly protocol: Protocol; readonly offset: Arithmetic; readonly size: number }
  | { readonly kind: 'negate'; readonly operand: Arithmetic }
  | {
      readonly kind: 'binary'
      readonly operator: ArithmeticOperator
      readonly left: Arithmetic
      readonly right: Arithmetic
    }
)

export type AtmKeyword =
  | 'lane'
  | 'metac'
  | 'bcc'
  | 'oamf4ec'
  | 'oamf4sc'
  | 'sc'
  | 'ilmic'
  | 'oam'
  | 'oamf4'
  | 'connectmsg'
  | 'metaconnect'
export type Mtp2Keyword = 'fisu' | 'lssu' | 'msu' | 'hfisu' | 'hlssu' | 'hmsu'
export type Mtp3Field = 'sio' | 'opc' | 'dpc' | 'sls' | 'hsio' | 'hopc' | 'hdpc' | 'hsls'
/** Keywords after which the rest of the expression applies to an inner layer. */
export type Encapsulation = 'vlan' | 'mpls' | 'pppoes' | 'geneve'
export type PflogNumber = 'rulenum' | 'subrulenum' | 'reason' | 'action'

/** A test of one packet. Every node has the column of its first character. */
export type Expression = {
  readonly column: number
  /** Column of the number after a keyword such as `vlan`. */
  readonly valueColumn?: number
} /** Evaluated from left to right; `and` and `or` bind equally. */ & (
  | {
      readonly kind: 'chain'
      readonly first: Expression
      readonly rest: readonly { readonly operator: 'and' | 'or'; readonly operand: Expression }[]
    }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'identifier'; readonly qualifiers: Qualifiers; readonly identifier: Identifier }
  | { readonly kind: 'protocol'; readonly protocol: Protocol }
  | {
      readonly kind: 'relation'
      readonly comparison: Comparison
      readonly left: Arithmetic
      readonly right: Arithmetic
    }
  | { readonly kind: 'broadcast' | 'multicast'; readonly protocol: Protocol | null }
  | { readonly kind: 'less' | 'greater' | 'ifindex'; readonly value: number }
  | {
      readonly kind: 'byte'
      readonly offset: number
      readonly operator: '&' | '|' | '<' | '>' | '='
      readonly value: number
    }
  | { readonly kind: 'inbound' | 'outbound' | 'pppoed' }
  | { readonly kind: Encapsulation; readonly value: number | null }
  | { readonly kind: 'ifname' | 'ruleset'; readonly name: string }
  | { readonly kind: PflogNumber; readonly value: number }
  /** Bits of the first frame control byte. Null as subtype to compare only the type. */
  | { readonly kind: 'wlanType'; readonly type: number; readonly subtype: number | null }
  | { readonly kind: 'wlanDirection'; readonly value: number }
  /** Null for any LLC frame. */
  | { readonly kind: 'llc'; readonly frame: string | null }
  | { readonly kind: AtmKeyword | Mtp2Keyword }
  | {
      readonly kind: 'vpi' | 'vci' | Mtp3Field
      readonly comparison: Comparison
      readonly value: number
    }
)
