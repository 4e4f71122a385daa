import * as bpf from '../codegen/bpf.js'
import type { Instruction } from './program.js'

/** Instructions that are always executed together. */
export interface BasicBlock {
  readonly instructions: readonly Instruction[]
  /** Index of the next block, or of the next block if the test is true; null if the block returns `result`. */
  readonly next: number | null
  /** Index of the next block if the test is false; null without a test. */
  readonly otherwise: number | null
  /** The result of a block that ends the program. */
  readonly result: boolean
  /** If not null, the test is whether A is one of these values, uint32. Otherwise the last instruction is the test. */
  readonly values: ReadonlySet<number> | null
}

/** Splits a program into basic blocks. Execution begins at the first. */
export function basicBlocks(program: readonly Instruction[]): BasicBlock[] {
  const leaders = new Set([0])
  for (const [at, instruction] of program.entries()) {
    const kind = bpf.classOf(instruction.code)
    if (kind === bpf.RET) leaders.add(at + 1)
    if (kind !== bpf.JMP) continue
    leaders
      .add(instruction.next)
      .add(instruction.otherwise)
      .add(at + 1)
  }
  const starts = [...leaders].filter((at) => at < program.length).sort((first, second) => first - second)
  const numbers = new Map(starts.map((start, number) => [start, number]))
  return starts.map((start, number) => {
    const end = starts[number + 1] ?? program.length
    const last = program[end - 1]!
    const inner = program.slice(start, end - 1)
    const block = { instructions: inner, next: null, otherwise: null, result: false, values: null }
    switch (bpf.classOf(last.code)) {
      case bpf.RET:
        return { ...block, result: last.k !== 0 }
      case bpf.JMP: {
        const next = numbers.get(last.next)!
        if (last.next === last.otherwise) return { ...block, next }
        const otherwise = numbers.get(last.otherwise)!
        return { ...block, instructions: [...inner, last], next, otherwise, values: last.values ?? null }
      }
      default:
        return { ...block, instructions: [...inner, last], next: numbers.get(last.next)! }
    }
  })
}
