import type { Block, Statement } from '../codegen/blocks.js'
import * as bpf from '../codegen/bpf.js'
import { A, REMOVED, X } from './atoms.js'
import { KnownTests, pullUp, shortenArc } from './branches.js'
import { removeDeadStores } from './dead-stores.js'
import { FlowGraph, type Node } from './flow-graph.js'
import { foldStatement } from './fold-statement.js'
import { simplifyBlock } from './peephole.js'
import { PassProgress } from './progress.js'
import { UNKNOWN, ValueTable } from './value-table.js'

/** Most successive passes that only move branches; more are assumed to go round in circles. */
const MAX_MOVING_PASSES = 100

/**
 * Optimizes a program as libpcap does, in repeated passes. The loads that remain decide which short packets are
 * rejected, so exactly the same loads must be removed.
 *
 * @param root Modified.
 * @returns The first block of the result.
 * @throws FilterSyntaxError for a division by a constant zero, or a shift by a constant above 31.
 */
export function optimize(root: Block): Block {
  const graph = new FlowGraph(root)
  repeat(graph, false)
  repeat(graph, true)
  mergeTwins(graph)
  return withoutIdleRoot(graph.root)
}

function repeat(graph: FlowGraph, mayChangeStatements: boolean): void {
  for (let moving = 0; moving < MAX_MOVING_PASSES; ) {
    const progress = new PassProgress()
    graph.analyze()
    pass(graph, mayChangeStatements, progress)
    if (!progress.isChanged) return
    moving = progress.isSimplified ? 0 : moving + 1
  }
}

function pass(graph: FlowGraph, mayChangeStatements: boolean, progress: PassProgress): void {
  const table = new ValueTable()
  graph.findInArcs()
  for (const node of graph.downwards) simplify(node, table, progress, mayChangeStatements)
  if (mayChangeStatements) return
  const known = new KnownTests(graph)
  for (const node of graph.upwards) {
    shortenArc(graph, node.true, known, progress)
    shortenArc(graph, node.false, known, progress)
  }
  graph.findInArcs()
  for (const node of graph.upwards) {
    pullUp(graph, node, 'or', progress)
    pullUp(graph, node, 'and', progress)
  }
}

function simplify(node: Node, table: ValueTable, progress: PassProgress, mayChange: boolean): void {
  const { block, values } = node
  inheritValues(node)
  const accumulator = values[A]!
  const index = values[X]!
  const scope = { table, values, progress, mayChange }
  for (const statement of block.statements) if (statement.code !== REMOVED) foldStatement(scope, statement)
  const isIdle =
    node.outUse === 0 &&
    accumulator !== UNKNOWN &&
    values[A] === accumulator &&
    index !== UNKNOWN &&
    values[X] === index
  if (mayChange && (isIdle || block.isReturn)) {
    if (block.statements.length > 0) progress.simplified()
    block.statements = []
  } else {
    simplifyBlock(node, table, progress)
    removeDeadStores(node, progress)
  }
  node.operand = bpf.sourceOf(block.code) === bpf.K ? table.ofConstant(block.k) : values[X]!
  node.true.code = block.code
  node.false.code = -block.code
}

// Keeps the values on which all incoming arcs agree.
function inheritValues({ values, inArcs }: Node): void {
  const [first, ...others] = inArcs
  if (first === undefined) {
    values.fill(UNKNOWN)
    return
  }
  values.set(first.from.values)
  for (const { from } of others) {
    for (let atom = 0; atom < values.length; atom++) {
      if (values[atom] !== from.values[atom]) values[atom] = UNKNOWN
    }
  }
}

// Merges blocks with the same statements and the same successors, successors first.
function mergeTwins(graph: FlowGraph): void {
  graph.analyze()
  const byContent = new Map<string, Block>()
  const kept = (block: Block | null) => (block === null ? null : (byContent.get(contentOf(block)) ?? block))
  for (const { block } of [...graph.downwards].reverse()) {
    block.whenTrue.target = kept(block.whenTrue.target)
    block.whenFalse.target = kept(block.whenFalse.target)
    const content = contentOf(block)
    if (!byContent.has(content)) byContent.set(content, block)
  }
}

function contentOf(block: Block): string {
  const target = (next: Block | null) => (next === null ? '' : next.index)
  const statements = block.statements
    .filter(({ code }) => code !== REMOVED)
    .map(({ code, k }: Statement) => `${code},${k}`)
  return [
    block.code,
    block.k,
    target(block.whenTrue.target),
    target(block.whenFalse.target),
    ...statements,
  ].join(';')
}

// Removes tests at the start whose result does not matter, but keeps their statements.
function withoutIdleRoot(root: Block): Block {
  const { statements } = root
  root.statements = []
  let first = root
  while (!first.isReturn && first.whenTrue.target === first.whenFalse.target) first = first.whenTrue.target!
  first.statements = first.isReturn ? [] : [...statements, ...first.statements]
  return first
}
