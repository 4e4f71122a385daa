import type { Edge } from '../codegen/blocks.js'
import * as bpf from '../codegen/bpf.js'
import { A, ATOMS, hasAtom } from './atoms.js'
import { type Arc, type FlowGraph, isMember, type Node } from './flow-graph.js'
import type { PassProgress } from './progress.js'

/** Arcs that tell something of the same test: of tests of one kind, of one value. */
export class KnownTests {
  readonly #arcs = new Map<string, Arc[]>()

  constructor(graph: FlowGraph) {
    for (const arc of graph.arcs) {
      const key = keyOf(Math.abs(arc.code), arc.from)
      const list = this.#arcs.get(key)
      if (list === undefined) this.#arcs.set(key, [arc])
      else list.push(arc)
    }
  }

  /** The arcs that may tell the result of the test at the end of a node, by index. */
  about(node: Node): readonly Arc[] {
    return this.#arcs.get(keyOf(node.block.code, node)) ?? []
  }
}

function keyOf(code: number, { values }: Node): string {
  return `${code},${values[A]}`
}

/**
 * Lets an arc lead past tests whose result is known on it: both ways of the next test are the same, or an arc that was
 * passed before tells how it ends.
 */
export function shortenArc(graph: FlowGraph, arc: Arc, known: KnownTests, progress: PassProgress): void {
  const next = graph.target(arc)
  if (next === null || next.block.isReturn) return
  const onlyWay = graph.target(next.true)!
  if (onlyWay === graph.target(next.false) && !isInConflict(arc.from, onlyWay)) {
    arc.edge.target = onlyWay.block
    progress.simplified()
  }
  while (passKnownTest(graph, arc, known, progress)) {
    // there may be more
  }
}

// Takes the first test that a dominating arc decides. True: another one follows.
function passKnownTest(graph: FlowGraph, arc: Arc, known: KnownTests, progress: PassProgress): boolean {
  const next = graph.target(arc)!
  for (const passed of known.about(next)) {
    if (!isMember(arc.dominators, passed.index)) continue
    const target = decided(graph, next, passed)
    if (target === null || isInConflict(arc.from, target)) continue
    arc.edge.target = target.block
    progress.branchMoved()
    return !target.block.isReturn
  }
  return false
}

// Where the test at the end of `node` leads, when the arc that was passed says so.
function decided(graph: FlowGraph, node: Node, passed: Arc): Node | null {
  const isTrue = passed.code >= 0
  const { code } = node.block
  if (node.operand === passed.from.operand) return graph.target(isTrue ? node.true : node.false)
  // Equal to one constant is not equal to another.
  return isTrue && code === (bpf.JMP | bpf.JEQ | bpf.K) ? graph.target(node.false) : null
}

// An atom that is read behind `to` would have another value when `to` is not passed.
function isInConflict(from: Node, to: Node): boolean {
  if (to.outUse === 0) return false
  for (let atom = 0; atom < ATOMS; atom++) {
    if (hasAtom(to.outUse, atom) && from.values[atom] !== to.values[atom]) return true
  }
  return false
}

/**
 * Moves a test up along a chain of alternatives (`side` false: joined by "or") or conditions (`true`: by "and") to the
 * tests of the same field, so that what they share is loaded once.
 */
export function pullUp(graph: FlowGraph, node: Node, side: 'or' | 'and', progress: PassProgress): void {
  const first = node.inArcs[0]
  if (first === undefined) return
  const value = first.from.values[A]!
  if (node.inArcs.some((arc) => arc.from.values[A] !== value)) return

  const chain = new Chain(graph, node, side)
  let different: Edge = edgeTo(first.from, node)
  let isAtTop = true
  for (;;) {
    const current = chain.member(different)
    if (current === null) return
    if (current.values[A] !== value) break
    different = chain.onward(current)
    isAtTop = false
  }
  let same: Edge = chain.onward(graph.nodeOf(different.target!))
  for (;;) {
    const current = chain.member(same)
    if (current === null) return
    if (current.values[A] === value) break
    same = chain.onward(current)
  }

  const pulled = graph.nodeOf(same.target!)
  const onward = chain.onward(pulled)
  same.target = onward.target
  onward.target = different.target
  if (isAtTop) for (const arc of node.inArcs) edgeTo(arc.from, node).target = pulled.block
  else different.target = pulled.block
  progress.branchMoved()
}

function edgeTo(from: Node, to: Node): Edge {
  return from.block.whenTrue.target === to.block ? from.block.whenTrue : from.block.whenFalse
}

// Tests below `top` that leave it to the same block as `top` does, one after the other.
class Chain {
  readonly #graph: FlowGraph
  readonly #top: Node
  readonly #side: 'or' | 'and'

  constructor(graph: FlowGraph, top: Node, side: 'or' | 'and') {
    this.#graph = graph
    this.#top = top
    this.#side = side
  }

  /** The edge to the next test of the chain. */
  onward({ block }: Node): Edge {
    return this.#side === 'or' ? block.whenFalse : block.whenTrue
  }

  /** Where the edge leads, if that is on the chain. */
  member({ target }: Edge): Node | null {
    if (target === null) return null
    const node = this.#graph.nodeOf(target)
    const isLeftAlike = this.#exit(node).target === this.#exit(this.#top).target
    return isLeftAlike && isMember(node.dominators, this.#top.index) ? node : null
  }

  #exit({ block }: Node): Edge {
    return this.#side === 'or' ? block.whenTrue : block.whenFalse
  }
}
