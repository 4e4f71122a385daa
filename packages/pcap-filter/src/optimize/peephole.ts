import type { Block, Statement } from '../codegen/blocks.js'
import * as bpf from '../codegen/bpf.js'
import { A, hasAtom, REMOVED, X } from './atoms.js'
import type { Node } from './flow-graph.js'
import type { PassProgress } from './progress.js'
import type { ValueTable } from './value-table.js'

/** Simplifies sequences of statements, and combines the test at the block's end with the statements before it. */
export function simplifyBlock(node: Node, table: ValueTable, progress: PassProgress): void {
  const { block } = node
  if (block.statements.length === 0) return
  const last = simplifySequences(node, progress)
  if (block.code === (bpf.JMP | bpf.JEQ | bpf.K) && !hasAtom(node.outUse, A)) {
    simplifyEquality(node, last, table, progress)
  }
  if (block.code === (bpf.JMP | bpf.JSET | bpf.K)) {
    if (block.k === 0) block.whenTrue.target = block.whenFalse.target
    if (block.k === 0xffff_ffff) block.whenFalse.target = block.whenTrue.target
  }
  const index = table.constant(node.values[X]!)
  if (index !== null && bpf.sourceOf(block.code) === bpf.X) {
    block.code &= ~bpf.X
    block.k = index
  }
  const accumulator = table.constant(node.values[A]!)
  const isDecidable = bpf.sourceOf(block.code) === bpf.K && block.values === null
  if (accumulator !== null && isDecidable) decide(block, accumulator, progress)
}

/** Index of the first statement from `from` on that was not removed, or -1. */
function presentFrom(statements: readonly Statement[], from: number): number {
  for (let i = from; i < statements.length; i++) if (statements[i]!.code !== REMOVED) return i
  return -1
}

// Returns the last statement that was not removed, or the first if there is none.
function simplifySequences(node: Node, progress: PassProgress): Statement {
  const { statements } = node.block
  let last = statements[0]!
  for (let at = presentFrom(statements, 0); at !== -1; ) {
    const nextAt = presentFrom(statements, at + 1)
    if (nextAt === -1) break
    const statement = statements[at]!
    const next = statements[nextAt]!
    last = next
    if (statement.code === bpf.ST && next.code === (bpf.LDX | bpf.MEM) && statement.k === next.k) {
      next.code = bpf.MISC | bpf.TAX
      progress.simplified()
    }
    if (statement.code === (bpf.LD | bpf.IMM) && next.code === (bpf.MISC | bpf.TAX)) {
      statement.code = bpf.LDX | bpf.IMM
      next.code = bpf.MISC | bpf.TXA
      progress.simplified()
    }
    if (statement.code === (bpf.LD | bpf.IMM)) takeInOffset(node, at, nextAt, progress)
    at = nextAt
  }
  return last
}

// An accessor with a constant offset: `ld #k; (ldx msh;) add x; tax; ld [x + n]` becomes `(ldx msh;) ld [x + n + k]`.
function takeInOffset(node: Node, at: number, nextAt: number, progress: PassProgress): void {
  if (hasAtom(node.outUse, X)) return
  const { statements } = node.block
  const isHeaderLength = statements[nextAt]!.code === (bpf.LDX | bpf.MSH | bpf.B)
  const addAt = isHeaderLength ? presentFrom(statements, nextAt + 1) : nextAt
  if (addAt === -1 || statements[addAt]!.code !== (bpf.ALU | bpf.ADD | bpf.X)) return
  const taxAt = presentFrom(statements, addAt + 1)
  if (taxAt === -1 || statements[taxAt]!.code !== (bpf.MISC | bpf.TAX)) return
  const loadAt = presentFrom(statements, taxAt + 1)
  if (loadAt === -1) return
  const load = statements[loadAt]!
  if (bpf.classOf(load.code) !== bpf.LD || bpf.modeOf(load.code) !== bpf.IND) return
  load.k = (load.k + statements[at]!.k) >>> 0
  statements[at]!.code = REMOVED
  statements[addAt]!.code = REMOVED
  statements[taxAt]!.code = REMOVED
  progress.simplified()
}

// For a block that ends in a comparison with a constant, if A is not read later: absorbs an operation before the test.
function simplifyEquality(
  { block, values }: Node,
  last: Statement,
  table: ValueTable,
  progress: PassProgress,
): void {
  if (last.code === (bpf.ALU | bpf.SUB | bpf.X)) {
    const index = table.constant(values[X]!)
    if (index !== null) block.k = (block.k + index) >>> 0
    else if (block.k === 0) block.code = bpf.JMP | bpf.JEQ | bpf.X
    else return
  } else if (last.code === (bpf.ALU | bpf.SUB | bpf.K)) {
    block.k = (block.k + last.k) >>> 0
  } else if (last.code === (bpf.ALU | bpf.AND | bpf.K) && block.k === 0) {
    block.k = last.k
    block.code = bpf.JMP | bpf.JSET | bpf.K
    const { target } = block.whenTrue
    block.whenTrue.target = block.whenFalse.target
    block.whenFalse.target = target
  } else {
    return
  }
  last.code = REMOVED
  progress.simplified()
}

// The accumulator is known, and so the result of the test.
function decide(block: Block, accumulator: number, progress: PassProgress): void {
  const { whenTrue, whenFalse } = block
  const result = compare(bpf.operationOf(block.code), accumulator, block.k)
  if (whenTrue.target !== whenFalse.target) progress.simplified()
  if (result) whenFalse.target = whenTrue.target
  else whenTrue.target = whenFalse.target
}

function compare(jump: number, accumulator: number, k: number): boolean {
  switch (jump) {
    case bpf.JEQ:
      return accumulator === k
    case bpf.JGT:
      return accumulator > k
    case bpf.JGE:
      return accumulator >= k
    default:
      return (accumulator & k) !== 0
  }
}
