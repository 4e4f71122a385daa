import type { Protocol } from '../keywords.js'
import type { Arithmetic, ArithmeticOperator, Comparison } from '../syntax-tree.js'
import { and, Block, jumpBlock, not, Statement } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext } from './context.js'
import * as dlt from './dlt.js'
import * as ether from './ether-types.js'
import { linkTypeIs } from './link-type-test.js'
import { equal, loadIpv4HeaderLength, loadVariablePart } from './loads.js'
import { isFirstFragment } from './ports.js'
import { protocolTest } from './protocols.js'

const SIZES: Readonly<Record<number, bpf.Size>> = { 1: bpf.B, 2: bpf.H, 4: bpf.W }
const OPERATIONS: Readonly<Record<ArithmeticOperator, number>> = {
  '+': bpf.ADD,
  '-': bpf.SUB,
  '*': bpf.MUL,
  '/': bpf.DIV,
  '%': bpf.MOD,
  '&': bpf.AND,
  '|': bpf.OR,
  '^': bpf.XOR,
  '<<': bpf.LSH,
  '>>': bpf.RSH,
}
const JUMPS: Readonly<Record<Comparison, { readonly jump: bpf.Jump; readonly isReversed: boolean }>> = {
  '>': { jump: bpf.JGT, isReversed: false },
  '>=': { jump: bpf.JGE, isReversed: false },
  '=': { jump: bpf.JEQ, isReversed: false },
  '<=': { jump: bpf.JGT, isReversed: true },
  '<': { jump: bpf.JGE, isReversed: true },
  '!=': { jump: bpf.JEQ, isReversed: true },
}

const NETWORK_PROTOCOLS: ReadonlySet<Protocol> = new Set<Protocol>([
  ...(['ip', 'arp', 'rarp', 'atalk', 'decnet', 'sca', 'lat', 'moprc', 'mopdl', 'ip6'] as const),
])
const TRANSPORT_PROTOCOLS: ReadonlySet<Protocol> = new Set<Protocol>([
  ...(['sctp', 'tcp', 'udp', 'icmp', 'igmp', 'igrp', 'pim', 'vrrp', 'carp'] as const),
])
const RADIO_LINK_TYPES: ReadonlySet<number> = new Set([
  dlt.IEEE802_11_RADIO_AVS,
  dlt.IEEE802_11_RADIO,
  dlt.PRISM_HEADER,
])
const ICMP6 = 58
const IPV6_HEADER_BYTES = 40

/** A computation: statements that leave its value in a memory word, and the condition to execute them. */
interface Computation {
  readonly statements: Statement[]
  readonly register: number
  /** Null without a condition. */
  readonly condition: Block | null
}

/** Compares two computations. */
export function relationTest(
  cx: CodeContext,
  comparison: Comparison,
  left: Arithmetic,
  right: Arithmetic,
): Block {
  const first = compute(cx, left)
  const second = compute(cx, right)
  return relation(cx, comparison, first, second)
}

/** Compares the first byte of the link header with 0, which is the direction on a serial line (SLIP). */
export function firstByteIsZero(cx: CodeContext, isReversed: boolean): Block {
  const byte = loadFromPacket(cx, 'link', constantValue(cx, 0), 1)
  return relation(cx, isReversed ? '!=' : '=', byte, constantValue(cx, 0))
}

function relation(cx: CodeContext, comparison: Comparison, first: Computation, second: Computation): Block {
  const { jump, isReversed } = JUMPS[comparison]
  const statements = [...first.statements, ...second.statements, toX(second), toA(first)]
  if (jump === bpf.JEQ) statements.push(new Statement(bpf.ALU | bpf.SUB | bpf.X))
  const block =
    jump === bpf.JEQ ? jumpBlock(jump, 0, statements) : new Block(bpf.JMP | jump | bpf.X, 0, statements)
  if (isReversed) not(block)
  cx.freeRegister(first.register)
  cx.freeRegister(second.register)
  const condition = both(first.condition, second.condition)
  return condition === null ? block : and(condition, block)
}

function both(first: Block | null, second: Block | null): Block | null {
  if (first === null) return second
  return second === null ? first : and(first, second)
}

function compute(cx: CodeContext, tree: Arithmetic): Computation {
  switch (tree.kind) {
    case 'number':
      return constantValue(cx, tree.value)
    case 'length': {
      const register = cx.allocateRegister()
      const statements = [new Statement(bpf.LD | bpf.LEN), new Statement(bpf.ST, register)]
      return { statements, register, condition: null }
    }
    case 'load': {
      const offset = compute(cx, tree.offset)
      cx.column = tree.column
      return loadFromPacket(cx, tree.protocol, offset, tree.size)
    }
    case 'negate': {
      const operand = compute(cx, tree.operand)
      const { statements, register } = operand
      statements.push(toA(operand), new Statement(bpf.ALU | bpf.NEG), new Statement(bpf.ST, register))
      return operand
    }
    case 'binary': {
      const left = compute(cx, tree.left)
      const right = compute(cx, tree.right)
      cx.column = tree.right.column
      return operate(cx, tree.operator, left, right)
    }
  }
}

function constantValue(cx: CodeContext, value: number): Computation {
  const register = cx.allocateRegister()
  const statements = [new Statement(bpf.LD | bpf.IMM, value), new Statement(bpf.ST, register)]
  return { statements, register, condition: null }
}

function operate(
  cx: CodeContext,
  operator: ArithmeticOperator,
  left: Computation,
  right: Computation,
): Computation {
  refuseImpossible(cx, operator, right.statements[0])
  const statements = [
    ...left.statements,
    ...right.statements,
    toX(right),
    toA(left),
    new Statement(bpf.ALU | bpf.X | OPERATIONS[operator]),
  ]
  cx.freeRegister(left.register)
  cx.freeRegister(right.register)
  const register = cx.allocateRegister()
  statements.push(new Statement(bpf.ST, register))
  // As in libpcap, only the left side's condition is kept; the right side's condition is not tested.
  return { statements, register, condition: left.condition }
}

// Looks only at the first statement of the right side, as libpcap does.
function refuseImpossible(cx: CodeContext, operator: ArithmeticOperator, first: Statement | undefined): void {
  if (first?.code !== (bpf.LD | bpf.IMM)) return
  if ((operator === '/' || operator === '%') && first.k === 0) throw cx.refuse('division by zero')
  if ((operator === '<<' || operator === '>>') && first.k > 31)
    throw cx.refuse('a shift by more than 31 bits')
}

function toX({ register }: Computation): Statement {
  return new Statement(bpf.LDX | bpf.MEM, register)
}

function toA({ register }: Computation): Statement {
  return new Statement(bpf.LD | bpf.MEM, register)
}

// Adds the computed offset to X.
function addOffset(offset: Computation): Statement[] {
  return [toA(offset), new Statement(bpf.ALU | bpf.ADD | bpf.X), new Statement(bpf.MISC | bpf.TAX)]
}

function loadFromPacket(
  cx: CodeContext,
  protocol: Protocol,
  offset: Computation,
  bytes: number,
): Computation {
  const register = cx.allocateRegister()
  cx.freeRegister(offset.register)
  const size = SIZES[bytes]
  if (size === undefined) throw cx.refuse('an accessor reads 1, 2 or 4 bytes')
  const part = (place: 'linkHeader' | 'payload', behind: number): Statement[] => {
    const variable = loadVariablePart(cx, place)
    const toIndex = variable.length > 0 ? [...variable, ...addOffset(offset)] : [toX(offset)]
    return [...toIndex, new Statement(bpf.LD | bpf.IND | size, cx[place].constant + behind)]
  }
  let added: Statement[]
  let condition = offset.condition
  if (protocol === 'radio') {
    if (!RADIO_LINK_TYPES.has(cx.linkType)) throw cx.refuseHere('the link type has no radio header')
    added = [toX(offset), new Statement(bpf.LD | bpf.IND | size)]
  } else if (protocol === 'link') {
    added = part('linkHeader', 0)
  } else if (NETWORK_PROTOCOLS.has(protocol)) {
    added = part('payload', cx.networkOffset)
    const isProtocol = protocolTest(cx, protocol)
    condition = condition === null ? isProtocol : and(condition, isProtocol)
  } else if (TRANSPORT_PROTOCOLS.has(protocol)) {
    added = [
      ...loadIpv4HeaderLength(cx),
      ...addOffset(offset),
      new Statement(bpf.LD | bpf.IND | size, cx.payload.constant + cx.networkOffset),
    ]
    condition = inFirstFragment(cx, protocol, condition)
  } else if (protocol === 'icmp6') {
    const isIpv6 = linkTypeIs(cx, ether.IPV6)
    const outer = condition === null ? isIpv6 : and(condition, isIpv6)
    condition = and(outer, equal(cx, 'network', 6, bpf.B, ICMP6))
    added = part('payload', cx.networkOffset + IPV6_HEADER_BYTES)
  } else {
    throw cx.refuse(`"${protocol}" has no accessor`)
  }
  const statements = [...offset.statements, ...added, new Statement(bpf.ST, register)]
  return { statements, register, condition }
}

// Only the first fragment has the transport header.
function inFirstFragment(cx: CodeContext, protocol: Protocol, condition: Block | null): Block {
  const isProtocol = protocolTest(cx, protocol)
  const isFirst = and(isProtocol, isFirstFragment(cx))
  if (condition !== null) and(condition, isFirst)
  return and(linkTypeIs(cx, ether.IP), isFirst)
}
