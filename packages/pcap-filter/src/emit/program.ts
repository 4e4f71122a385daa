import type { Block, Statement } from '../codegen/blocks.js'
import * as bpf from '../codegen/bpf.js'
import { REMOVED } from '../optimize/atoms.js'

/** Highest offset that any packet could have: positions stay exact integers and small ones. */
export const MAX_OFFSET = 0x3fff_ffff
/** Turns of a loop beyond one for each byte of the packet: libpcap would go round for ever. */
export const MAX_TURNS = 65_536

/** An instruction of the packet filter's machine. */
export interface Instruction {
  readonly code: number
  /** uint32 */
  readonly k: number
  /** Index of the instruction that follows; of jumps, where the test holds. */
  readonly next: number
  /** Of jumps: where it does not hold. Elsewhere the same as `next`. */
  readonly otherwise: number
  /** Of a `JONE` jump: the values that A may have, uint32. */
  readonly values?: ReadonlySet<number>
}

/** Lays the blocks of a program out in libpcap's order: a jump without loop leads forward. */
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

// Each block before those that it leads to; of two of these the true one first.
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

// A statement inside a block, which may be a jump inside the block.
function inner(statement: Statement, block: readonly Statement[], index: number, at: number): Instruction {
  const { code, k } = statement
  const following = at + 1
  if (bpf.classOf(code) !== bpf.JMP) return { code, k, next: following, otherwise: following }
  if (code === (bpf.JMP | bpf.JA)) {
    const target = following + (k | 0)
    return { code, k, next: target, otherwise: target }
  }
  // libpcap gives the last jump but one no targets, whatever was meant: it goes on behind it.
  if (index === block.length - 2) return { code, k, next: following, otherwise: following }
  const place = (target: Statement | null) => {
    const found = target === null ? -1 : block.indexOf(target)
    if (found === -1) throw new Error('bug: a jump inside a block leads out of it')
    return at - index + found
  }
  return { code, k, next: place(statement.whenTrue), otherwise: place(statement.whenFalse) }
}
