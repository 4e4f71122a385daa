import { and, Block, jumpBlock, not, Statement } from './blocks.js'
import * as bpf from './bpf.js'
import type { CodeContext, Offset } from './context.js'

/** The base of an offset. */
export type Base =
  | 'packet'
  | 'linkHeader'
  | 'previousLinkHeader'
  | 'llc'
  | 'previousMpls'
  | 'linkTypeField'
  | 'network'
  | 'networkNoSnap'
  | 'ipv4Transport'
  | 'ipv6Transport'

const IPV6_HEADER_BYTES = 40

/** An offset of the context whose variable part may need a memory word. */
type Place = 'linkHeader' | 'previousLinkHeader' | 'payload' | 'linkTypeField'

/**
 * Statements that load the variable part of an offset into X; none when it has no variable part. The code that computes
 * the variable part is put before all other code at the end (`variable-headers.ts`).
 */
export function loadVariablePart(cx: CodeContext, place: Place): Statement[] {
  const offset: Offset = cx[place]
  if (!offset.isVariable) return []
  if (offset.register === -1) cx[place] = { ...offset, register: cx.allocateRegister() }
  return [new Statement(bpf.LDX | bpf.MEM, cx[place].register)]
}

/** Statements that load a field of the packet into A. */
export function load(cx: CodeContext, base: Base, offset: number, size: bpf.Size): Statement[] {
  switch (base) {
    case 'packet':
      return [new Statement(bpf.LD | bpf.ABS | size, offset)]
    case 'linkHeader':
    case 'previousLinkHeader':
    case 'linkTypeField':
      return loadAt(cx, base, offset, size)
    case 'llc':
      return loadAt(cx, 'payload', offset, size)
    case 'previousMpls':
      return loadAt(cx, 'payload', cx.networkOffset - 4 + offset, size)
    case 'network':
      return loadAt(cx, 'payload', cx.networkOffset + offset, size)
    case 'networkNoSnap':
      return loadAt(cx, 'payload', cx.networkOffsetNoSnap + offset, size)
    case 'ipv4Transport':
      return [
        ...loadIpv4HeaderLength(cx),
        new Statement(bpf.LD | bpf.IND | size, cx.payload.constant + cx.networkOffset + offset),
      ]
    case 'ipv6Transport':
      return loadAt(cx, 'payload', cx.networkOffset + IPV6_HEADER_BYTES + offset, size)
  }
}

function loadAt(cx: CodeContext, place: Place, offset: number, size: bpf.Size): Statement[] {
  const statements = loadVariablePart(cx, place)
  const mode = statements.length > 0 ? bpf.IND : bpf.ABS
  statements.push(new Statement(bpf.LD | mode | size, cx[place].constant + offset))
  return statements
}

/** Statements that load into X the length of the IPv4 header plus the variable part of the payload's offset. */
export function loadIpv4HeaderLength(cx: CodeContext): Statement[] {
  const statements = loadVariablePart(cx, 'payload')
  const header = cx.payload.constant + cx.networkOffset
  if (statements.length === 0) return [new Statement(bpf.LDX | bpf.MSH | bpf.B, header)]
  statements.push(
    new Statement(bpf.LD | bpf.IND | bpf.B, header),
    new Statement(bpf.ALU | bpf.AND | bpf.K, 0xf),
    new Statement(bpf.ALU | bpf.LSH | bpf.K, 2),
    new Statement(bpf.ALU | bpf.ADD | bpf.X),
    new Statement(bpf.MISC | bpf.TAX),
  )
  return statements
}

/** A comparison of a field. */
export interface Test {
  readonly jump: bpf.Jump
  /** True for the opposite of the jump; only with JGT and JGE. */
  readonly isReversed?: boolean
  /** Bits to compare, uint32. Default all. */
  readonly mask?: number
}

function loadMasked(cx: CodeContext, base: Base, offset: number, size: bpf.Size, mask: number): Statement[] {
  const statements = load(cx, base, offset, size)
  if (mask !== 0xffff_ffff) statements.push(new Statement(bpf.ALU | bpf.AND | bpf.K, mask))
  return statements
}

/** Compares a field with `value` by `test`. */
export function compare(
  cx: CodeContext,
  base: Base,
  offset: number,
  size: bpf.Size,
  value: number,
  test: Test,
): Block {
  const statements = loadMasked(cx, base, offset, size, test.mask ?? 0xffff_ffff)
  const block = jumpBlock(test.jump, value, statements)
  return test.isReversed === true && test.jump !== bpf.JEQ ? not(block) : block
}

/** Matches when the field equals `value` in the bits of `mask`. */
export function equal(
  cx: CodeContext,
  base: Base,
  offset: number,
  size: bpf.Size,
  value: number,
  mask?: number,
): Block {
  return compare(cx, base, offset, size, value, { jump: bpf.JEQ, ...(mask === undefined ? {} : { mask }) })
}

/** Matches when the field is greater than `value`. */
export function above(cx: CodeContext, base: Base, offset: number, size: bpf.Size, value: number): Block {
  return compare(cx, base, offset, size, value, { jump: bpf.JGT })
}

/** Matches when the field is `value` or greater. */
export function atLeast(cx: CodeContext, base: Base, offset: number, size: bpf.Size, value: number): Block {
  return compare(cx, base, offset, size, value, { jump: bpf.JGE })
}

/** Matches when the field is `value` or less. */
export function atMost(cx: CodeContext, base: Base, offset: number, size: bpf.Size, value: number): Block {
  return compare(cx, base, offset, size, value, { jump: bpf.JGT, isReversed: true })
}

/** Matches when the field has any of the bits. */
export function hasBits(cx: CodeContext, base: Base, offset: number, size: bpf.Size, bits: number): Block {
  return jumpBlock(bpf.JSET, bits, load(cx, base, offset, size))
}

/** Matches when the field is one of these values in the bits of `mask`. */
export function oneOf(
  cx: CodeContext,
  base: Base,
  offset: number,
  size: bpf.Size,
  values: ReadonlySet<number>,
  mask = 0xffff_ffff,
): Block {
  const statements = loadMasked(cx, base, offset, size, mask)
  cx.valueSets += 1
  return new Block(bpf.JMP | bpf.JONE | bpf.K, cx.valueSets, statements, values)
}

/** Matches when the bytes at `offset` are these. Compares the last bytes first, up to four at a time. */
export function equalBytes(cx: CodeContext, base: Base, offset: number, bytes: ArrayLike<number>): Block {
  let size = bytes.length
  let whole: Block | null = null
  const add = (count: 4 | 2 | 1) => {
    let value = 0
    for (let i = size - count; i < size; i++) value = ((value << 8) | bytes[i]!) >>> 0
    const part = equal(cx, base, offset + size - count, SIZES[count], value)
    whole = whole === null ? part : and(whole, part)
    size -= count
  }
  while (size >= 4) add(4)
  while (size >= 2) add(2)
  if (size > 0) add(1)
  if (whole === null) throw new Error('bug: a comparison of no bytes')
  return whole
}

const SIZES = { 4: bpf.W, 2: bpf.H, 1: bpf.B } as const

/** A test with a constant result. */
export function constant(result: boolean): Block {
  return jumpBlock(bpf.JEQ, 0, [new Statement(bpf.LD | bpf.IMM, result ? 0 : 1)])
}
