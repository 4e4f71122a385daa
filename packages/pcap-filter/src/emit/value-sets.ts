import * as bpf from '../codegen/bpf.js'
import type { BasicBlock } from './basic-blocks.js'

/** From this number of comparisons on, a look-up in a set is faster. */
const MIN_VALUES = 8

/**
 * Merges tests that compare the same value with successive constants and lead to the same block when equal. So a long
 * list of addresses or ports becomes one look-up.
 */
export function withValueSets(blocks: readonly BasicBlock[]): BasicBlock[] {
  const ways = new Array<number>(blocks.length).fill(0)
  for (const { next, otherwise } of blocks)
    for (const to of [next, otherwise]) if (to !== null) ways[to]! += 1
  const isLink = (at: number, target: number) => {
    const { instructions, next } = blocks[at]!
    return instructions.length === 1 && isComparison(blocks[at]!) && next === target && ways[at] === 1
  }
  const merged = blocks.map((block) => {
    const { instructions, next } = block
    if (!isComparison(block) || next === null) return block
    const values = new Set([instructions.at(-1)!.k])
    let otherwise = block.otherwise
    while (otherwise !== null && isLink(otherwise, next)) {
      values.add(blocks[otherwise]!.instructions[0]!.k)
      otherwise = blocks[otherwise]!.otherwise
    }
    return values.size < MIN_VALUES ? block : { ...block, otherwise, values }
  })
  return withoutUnreachable(merged)
}

// Removes blocks that were merged into others.
function withoutUnreachable(blocks: readonly BasicBlock[]): BasicBlock[] {
  const isReachable = new Array<boolean>(blocks.length).fill(false)
  const pending = [0]
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (isReachable[at]) continue
    isReachable[at] = true
    const { next, otherwise } = blocks[at]!
    for (const to of [next, otherwise]) if (to !== null) pending.push(to)
  }
  const kept = blocks.flatMap((_, at) => (isReachable[at] ? [at] : []))
  const numbers = new Map(kept.map((at, number) => [at, number]))
  const renumbered = (to: number | null) => (to === null ? null : numbers.get(to)!)
  return kept.map((at) => {
    const block = blocks[at]!
    return { ...block, next: renumbered(block.next), otherwise: renumbered(block.otherwise) }
  })
}

function isComparison({ instructions, otherwise, values }: BasicBlock): boolean {
  return otherwise !== null && values === null && instructions.at(-1)?.code === (bpf.JMP | bpf.JEQ | bpf.K)
}
