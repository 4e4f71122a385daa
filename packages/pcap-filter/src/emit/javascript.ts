import * as bpf from '../codegen/bpf.js'
import { type BasicBlock, basicBlocks } from './basic-blocks.js'
import { conditionText, statementText } from './instruction-text.js'
import { machineOf } from './machine.js'
import { type Instruction, MAX_TURNS } from './program.js'
import { withValueSets } from './value-sets.js'

/**
 * Returns true when a packet matches. Never throws, and reads only `bytes[position, position + capturedLength)`. A
 * packet that ends before a byte that the test needs does not match.
 *
 * @param bytes An array that contains the packet.
 * @param position Offset of the packet.
 * @param wireLength Length of the packet on the wire (`len` in expressions).
 */
export type Predicate = (
  bytes: Uint8Array,
  position: number,
  capturedLength: number,
  wireLength: number,
) => boolean

/** Up to this number of blocks, a program becomes nested `if`s. Larger programs and loops become a `switch` in a loop. */
const MAX_NESTED_BLOCKS = 300
/** Up to this number of blocks, a program becomes a function. V8 does not optimize much larger functions. */
const MAX_GENERATED_BLOCKS = 2_048

/**
 * Makes the predicate of a program: a generated function whose text consists of numbers and fixed operators, or, for a
 * very large program, a loop over its instructions.
 */
export function predicateOf(program: readonly Instruction[]): Predicate {
  const blocks = withValueSets(basicBlocks(program))
  if (blocks.length > MAX_GENERATED_BLOCKS) return machineOf(program)
  const sets = blocks.flatMap(({ values }) => (values === null ? [] : [values]))
  const signed = sets.map((values) => new Set([...values].map((value) => value | 0)))
  const names = new Map(sets.map((values, number) => [values, `v[${number}]`]))
  const text = functionText(blocks, (block) => testText(block, names))
  const make = new Function('v', `'use strict'\nreturn (b, p, n, w) => {\n${text}}`)
  return make(signed) as Predicate
}

/** Gives the JavaScript condition of the test at the end of a block. */
type TestText = (block: BasicBlock) => string

function testText(
  { values, instructions }: BasicBlock,
  names: ReadonlyMap<ReadonlySet<number>, string>,
): string {
  return values === null ? conditionText(instructions.at(-1)!) : `${names.get(values)}.has(a)`
}

function functionText(blocks: readonly BasicBlock[], testText: TestText): string {
  const used = new Set<number>()
  for (const { code, k } of blocks.flatMap(({ instructions }) => instructions)) {
    const kind = bpf.classOf(code)
    const isLoad = (kind === bpf.LD || kind === bpf.LDX) && bpf.modeOf(code) === bpf.MEM
    if (isLoad || kind === bpf.ST || kind === bpf.STX) used.add(k)
  }
  const variables = ['a', 'x', 'i', 't', ...[...used].map((word) => `m${word}`)]
  const declarations = `let ${variables.map((name) => `${name} = 0`).join(', ')}\n`
  const isLoop = blocks.some(
    ({ next, otherwise }, at) => Math.min(next ?? Infinity, otherwise ?? Infinity) <= at,
  )
  const body =
    isLoop || blocks.length > MAX_NESTED_BLOCKS ? switchText(blocks, testText) : nestedText(blocks, testText)
  return declarations + body
}

function resultText(result: boolean): string {
  return `return ${result}\n`
}

function innerText({ instructions, otherwise }: BasicBlock): string {
  const plain = otherwise === null ? instructions : instructions.slice(0, -1)
  return plain.map((instruction) => `${statementText(instruction)}\n`).join('')
}

function switchText(blocks: readonly BasicBlock[], testText: TestText): string {
  const jump = (from: number, to: number) => {
    const target = blocks[to]!
    if (target.next === null && target.instructions.length === 0) return resultText(target.result)
    const bound = to <= from ? `if (++t > n + ${MAX_TURNS}) return false\n` : ''
    return `${bound}i = ${to}; continue\n`
  }
  const cases = blocks.map((block, at) => {
    const { next, otherwise, result } = block
    const inner = innerText(block)
    if (next === null) return `case ${at}: ${inner}${resultText(result)}`
    if (otherwise === null) return `case ${at}: ${inner}${jump(at, next)}`
    return `case ${at}: ${inner}if (${testText(block)}) { ${jump(at, next)} }\n${jump(at, otherwise)}`
  })
  return `i = 0\nfor (;;) switch (i) {\n${cases.join('')}default: return false\n}`
}

/**
 * Nested `if`s. A block that several paths reach is emitted once, after its immediate dominator, and paths reach it by
 * `break` out of a labelled block. All edges must lead to later blocks.
 */
function nestedText(blocks: readonly BasicBlock[], testText: TestText): string {
  const targets = blocks.map(({ next, otherwise }) => [next, otherwise].filter((to) => to !== null))
  const ways = new Array<number>(blocks.length).fill(0)
  for (const to of targets.flat()) ways[to]! += 1
  const isShared = (at: number) => ways[at]! > 1 && !isPlainResult(blocks[at]!)
  const behind = sharedBehind(targets, isShared)

  const go = (to: number): string => {
    const block = blocks[to]!
    if (isPlainResult(block)) return resultText(block.result)
    return isShared(to) ? `break s${to}\n` : text(to)
  }
  const own = (at: number): string => {
    const block = blocks[at]!
    const { next, otherwise, result } = block
    if (next === null) return innerText(block) + resultText(result)
    if (otherwise === null) return innerText(block) + go(next)
    return `${innerText(block)}if (${testText(block)}) {\n${go(next)}} else {\n${go(otherwise)}}\n`
  }
  const text = (at: number): string =>
    behind[at]!.reduce((inner, shared) => `s${shared}: {\n${inner}}\n${text(shared)}`, own(at))
  return text(0)
}

function isPlainResult({ next, instructions }: BasicBlock): boolean {
  return next === null && instructions.length === 0
}

// For each block, the shared blocks that it immediately dominates, in order.
function sharedBehind(targets: readonly number[][], isShared: (at: number) => boolean): number[][] {
  const dominator = new Array<number>(targets.length).fill(-1)
  const nearest = (first: number, second: number): number => {
    let [one, other] = [first, second]
    while (one !== other) {
      if (one > other) one = dominator[one]!
      else other = dominator[other]!
    }
    return one
  }
  for (const [at, list] of targets.entries()) {
    for (const to of list) dominator[to] = dominator[to] === -1 ? at : nearest(dominator[to]!, at)
  }
  const behind = targets.map((): number[] => [])
  for (let at = 1; at < targets.length; at++) if (isShared(at)) behind[dominator[at]!]!.push(at)
  return behind
}
