import type { Edge } from '../codegen/blocks.js'
import * as bpf from '../codegen/bpf.js'
import { A, ATOMS, hasAtom } from './atoms.js'
import { type Arc, type FlowGraph, isMember, type Node } from './flow-graph.js'
import type { PassProgress } from './progress.js'

/** Arcs by the test they come from, to find arcs that determine the result of a test: same jump, same value in A. */
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

  /** The arcs that may determine the result of the test at the end of a node. */
  about(node: Node): readonly Arc[] {
    return this.#arcs.get(keyOf(node.block.code, node)) ?? []
  }
}

function keyOf(code: number, { values }: Node): string {
  return `${code},${values[A]}`
}

/**
 * Redirects an arc past tests whose result is known on it, either because both exits of the next test lead to the same
 * block, or because an arc passed earlier determines its result.
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
    // repeat: there may be more
  }
}

// Passes the next test if a dominating arc decides it. Returns true when another may follow.
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

// The successor of `node`, if the arc `passed` determines the result of its test; else null.
function decided(graph: FlowGraph, node: Node, passed: Arc): Node | null {
  const isTrue = passed.code >= 0
  const { code } = node.block
  if (node.operand === passed.from.operand) return graph.target(isTrue ? node.true : node.false)
  // A value equal to one constant is not equal to another.
  return isTrue && code === (bpf.JMP | bpf.JEQ | bpf.K) ? graph.target(node.false) : null
}

// True when an atom read after `to` would have another value if `to` were not passed.
function isInConflict(from: Node, to: Node): boolean {
  if (to.outUse === 0) return false
  for (let atom = 0; atom < ATOMS; atom++) {
    if (hasAtom(to.outUse, atom) && from.values[atom] !== to.values[atom]) return true
  }
  return false
}

/**
 * Moves a test up along a chain of tests joined by `side` to tests of the same field, so that the field is loaded only
 * once.
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

// The successive tests below `top` that exit to the same block as `top`.
class Chain {
  readonly #graph: FlowGraph
  readonly #top: Node
  readonly #side: 'or' | 'and'

  constructor(graph: FlowGraph, top: Node, side: 'or' | 'and') {
    this.#graph = graph
    this.#top = top
    this.#side = side
  }

  /** The edge of a test that leads to the next test of the chain. */
  onward({ block }: Node): Edge {
    return this.#side === 'or' ? block.whenFalse : block.whenTrue
  }

  /** The target of an edge, if it is on the chain; else null. */
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
