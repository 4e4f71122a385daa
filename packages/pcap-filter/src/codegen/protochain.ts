import type { Protocol } from '../keywords.js'
import { and, type Block, jumpBlock, or, Statement } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as ether from './ether-types.js'
import { linkTypeIs } from './link-type-test.js'

const HOP_BY_HOP = 0
const ROUTING = 43
const FRAGMENT = 44
const AUTHENTICATION = 51
const NO_NEXT_HEADER = 59
const DESTINATION_OPTIONS = 60
const IPV6_HEADER_BYTES = 40

/**
 * Matches packets with protocol `number` anywhere in the chain of headers after IP. This is the only test with a loop: A
 * is the protocol number under test, X the offset of its header relative to the network header.
 *
 * After an authentication header, the loop continues at `(length + 2) * 4` from the network header, wherever the
 * authentication header was. That is libpcap's behaviour.
 */
export function protochainTest(cx: CodeContext, number: number, protocol: Protocol | null): Block {
  // A chain over both IP versions reserves its memory word before its halves reserve theirs, and keeps it.
  const register = cx.allocateRegister()
  if (protocol === null) {
    const ipv4 = protochainTest(cx, number, 'ip')
    return or(ipv4, protochainTest(cx, number, 'ip6'))
  }
  if (protocol !== 'ip' && protocol !== 'ip6') {
    throw cx.refuse(`"${protocol}" cannot qualify "protochain": only "ip" and "ip6" can`)
  }
  if (cx.payload.isVariable) throw cx.refuseHere('"protochain" needs link headers of fixed length')
  cx.mustNotOptimize = true
  const isIp = linkTypeIs(cx, protocol === 'ip' ? ether.IP : ether.IPV6)
  const statements = chainStatements(cx.payload.constant + cx.networkOffset, number, protocol, register)
  const block = jumpBlock(bpf.JEQ, number, statements)
  cx.freeRegister(register)
  return and(isIp, block)
}

function chainStatements(
  network: number,
  number: number,
  protocol: 'ip' | 'ip6',
  register: number,
): Statement[] {
  const start =
    protocol === 'ip'
      ? [
          new Statement(bpf.LD | bpf.ABS | bpf.B, network + 9),
          new Statement(bpf.LDX | bpf.MSH | bpf.B, network),
        ]
      : [
          new Statement(bpf.LD | bpf.ABS | bpf.B, network + 6),
          new Statement(bpf.LDX | bpf.IMM, IPV6_HEADER_BYTES),
        ]
  const is = (value: number) => new Statement(bpf.JMP | bpf.JEQ | bpf.K, value)
  const isFound = is(number)
  const isLast = is(NO_NEXT_HEADER)
  const isAuthentication = is(AUTHENTICATION)
  const nothing = new Statement(bpf.ALU | bpf.ADD | bpf.K, 0)
  const end = new Statement(bpf.ALU | bpf.ADD | bpf.K, 0)
  const extensions =
    protocol === 'ip' ? [nothing] : extensionStatements(network, register, isAuthentication, is)
  const authentication = authenticationStatements(network, register)

  const statements = [
    ...start,
    isFound,
    isLast,
    ...extensions,
    isAuthentication,
    ...authentication,
    new Statement(bpf.JMP | bpf.JA),
    end,
  ]
  isFound.whenTrue = end
  isFound.whenFalse = isLast
  isLast.whenTrue = end
  isLast.whenFalse = extensions[0]!
  isAuthentication.whenTrue = authentication[0]!
  isAuthentication.whenFalse = end
  for (const [index, statement] of statements.entries()) {
    if (statement.code === (bpf.JMP | bpf.JA)) statement.k = (start.length - index - 1) >>> 0
  }
  return statements
}

// A header of 8-byte units: the first byte is the next protocol, the second the length without the first unit.
function extensionStatements(
  network: number,
  register: number,
  otherwise: Statement,
  is: (value: number) => Statement,
): Statement[] {
  const tests = [HOP_BY_HOP, DESTINATION_OPTIONS, ROUTING, FRAGMENT].map(is)
  const step = [
    new Statement(bpf.LD | bpf.IND | bpf.B, network),
    new Statement(bpf.ST, register),
    new Statement(bpf.LD | bpf.IND | bpf.B, network + 1),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, 1),
    new Statement(bpf.ALU | bpf.MUL | bpf.K, 8),
    new Statement(bpf.ALU | bpf.ADD | bpf.X),
    new Statement(bpf.MISC | bpf.TAX),
    new Statement(bpf.LD | bpf.MEM, register),
    new Statement(bpf.JMP | bpf.JA),
  ]
  for (const [index, test] of tests.entries()) {
    test.whenTrue = step[0]!
    test.whenFalse = tests[index + 1] ?? otherwise
  }
  return [...tests, ...step]
}

function authenticationStatements(network: number, register: number): Statement[] {
  return [
    new Statement(bpf.MISC | bpf.TXA),
    new Statement(bpf.LD | bpf.IND | bpf.B, network),
    new Statement(bpf.ST, register),
    new Statement(bpf.MISC | bpf.TXA),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, 1),
    new Statement(bpf.MISC | bpf.TAX),
    new Statement(bpf.LD | bpf.IND | bpf.B, network),
    new Statement(bpf.ALU | bpf.ADD | bpf.K, 2),
    new Statement(bpf.ALU | bpf.MUL | bpf.K, 4),
    new Statement(bpf.MISC | bpf.TAX),
    new Statement(bpf.LD | bpf.MEM, register),
  ]
}
