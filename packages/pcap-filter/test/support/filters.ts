import { Filter } from '../../src/compile-filter.js'
import type { Instruction } from '../../src/emit/program.js'
import { parseExpression } from '../../src/parser.js'

/** A filter without names of hosts. */
export function filterOf(expression: string): Filter {
  return new Filter(parseExpression(expression), new Map(), 0)
}

/**
 * A program as text, or that there is none: one instruction a line, in a form in which two programs that do the same jumps are equal: targets
 * are absolute, and a jump to a forward jump leads where that one does.
 */
export function programText(program: readonly Instruction[] | null): string {
  if (program === null) return 'refused'
  const isForwardJump = (at: number) => program[at]!.code === 5 && program[at]!.next > at
  const follow = (at: number): number => (isForwardJump(at) ? follow(program[at]!.next) : at)
  const kept = program.map((_, at) => at).filter((at) => !isForwardJump(at))
  const numbers = new Map(kept.map((at, number) => [at, number]))
  const target = (at: number) => (at < program.length ? numbers.get(follow(at)) : 'end')
  return kept
    .map((at) => {
      const { code, k, next, otherwise } = program[at]!
      return `${numbers.get(at)}: ${code} ${code === 5 ? '' : k} ${target(next)} ${target(otherwise)}`
    })
    .join('\n')
}
