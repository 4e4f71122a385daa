import type { Block, Statement } from '../codegen/blocks.js'
import * as bpf from '../codegen/bpf.js'
import { REMOVED } from '../optimize/atoms.js'

/** Largest offset tested. No packet is longer, and sums with it stay small integers. */
export const MAX_OFFSET = 0x3fff_ffff
/** Iterations of a loop allowed beyond one per byte of the packet. libpcap would loop forever. */
export const MAX_TURNS = 65_536

/** A BPF instruction with absolute targets. */
export interface Instruction {
  readonly code: number
  /** uint32 */
  readonly k: number
  /** Index of the next instruction; for a jump, if the test is true. */
  readonly next: number
  /** For a jump, index of the next instruction if the test is false. Otherwise the same as `next`. */
  readonly otherwise: number
  /** For a `JONE` jump, the set of values, uint32. */
  readonly values?: ReadonlySet<number>
}

/** Lays out the blocks of a program in libpcap's order. Except in loops, jumps lead forward. */
export function programOf(root: Block): Instruction[] {
  const blocks = layout(root)
  const starts = new Map<Block, number>()
  let length = 0
  for (const block of blocks) {
    starts.set(block, length)
    length += present(block).length + 1
  }
  const instructions: Instruction[] = []
  for (const block of blocks) {
    const statements = present(block)
    for (const [index, statement] of statements.entries()) {
      instructions.push(inner(statement, statements, index, instructions.length))
    }
    const { code, k, whenTrue, whenFalse } = block
    const next = whenTrue.target === null ? instructions.length + 1 : starts.get(whenTrue.target)!
    const otherwise = whenFalse.target === null ? next : starts.get(whenFalse.target)!
    const { values } = block
    instructions.push({ code, k, next, otherwise, ...(values === null ? {} : { values }) })
  }
  return instructions
}

function present({ statements }: Block): Statement[] {
  return statements.filter(({ code }) => code !== REMOVED)
}

// Each block comes before its successors, and the true successor before the false one.
function layout(root: Block): Block[] {
  const done: Block[] = []
  const visited = new Set<Block>()
  const stack: { block: Block; isLeft: boolean }[] = [{ block: root, isLeft: false }]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { block, isLeft } = top
    if (isLeft) {
      done.push(block)
    } else if (!visited.has(block)) {
      visited.add(block)
      stack.push({ block, isLeft: true })
      if (block.whenTrue.target !== null) stack.push({ block: block.whenTrue.target, isLeft: false })
      if (block.whenFalse.target !== null) stack.push({ block: block.whenFalse.target, isLeft: false })
    }
  }
  return done.reverse()
}

// Converts a statement inside a block. It may be a jump within the block.
function inner(statement: Statement, block: readonly Statement[], index: number, at: number): Instruction {
  const { code, k } = statement
  const following = at + 1
  if (bpf.classOf(code) !== bpf.JMP) return { code, k, next: following, otherwise: following }
  if (code === (bpf.JMP | bpf.JA)) {
    const target = following + (k | 0)
    return { code, k, next: target, otherwise: target }
  }
  // libpcap ignores the targets of the last statement but one: execution continues after it.
  if (index === block.length - 2) return { code, k, next: following, otherwise: following }
  const place = (target: Statement | null) => {
    const found = target === null ? -1 : block.indexOf(target)
    if (found === -1) throw new Error('bug: a jump inside a block leads out of it')
    return at - index + found
  }
  return { code, k, next: place(statement.whenTrue), otherwise: place(statement.whenFalse) }
}
