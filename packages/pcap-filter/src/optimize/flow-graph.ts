import type { Block, Edge } from '../codegen/blocks.js'
import { ATOMS, definedAtom, usedAtoms } from './atoms.js'

/** Analysis results for a block during optimization. */
export class Node {
  readonly block: Block
  readonly index: number
  readonly true: Arc
  readonly false: Arc
  /** Length of the longest path to a result; 0 for a result. */
  level = 0
  /** Incoming arcs, the one found last first. */
  inArcs: Arc[] = []
  /** Nodes on every path from the root to this one, as a bit set by index. */
  readonly dominators: Uint32Array
  /** Value numbers of the atoms at the end of the block. */
  readonly values = new Float64Array(ATOMS)
  /** Value number of the operand of the test at the end. */
  operand = 0
  /** Live atoms at the start, and at the end, of the block: atoms that are read before they are written. */
  inUse = 0
  outUse = 0

  constructor(block: Block, index: number, count: number) {
    this.block = block
    this.index = index
    this.dominators = new Uint32Array(wordsFor(count))
    this.true = new Arc(block.whenTrue, this, index, count)
    this.false = new Arc(block.whenFalse, this, count + index, count)
  }
}

/** Analysis results for an exit of a block. */
export class Arc {
  readonly edge: Edge
  readonly from: Node
  readonly index: number
  /** Arcs on every path from the root through this arc, as a bit set by index. */
  readonly dominators: Uint32Array
  /** Code of the test it comes from; negative on the exit where the test is false. */
  code = 0

  constructor(edge: Edge, from: Node, index: number, count: number) {
    this.edge = edge
    this.from = from
    this.index = index
    this.dominators = new Uint32Array(wordsFor(2 * count))
  }
}

function wordsFor(bits: number): number {
  return Math.floor(bits / 32) + 1
}

function insert(set: Uint32Array, index: number): void {
  set[index >>> 5]! |= 1 << (index & 31)
}

export function isMember(set: Uint32Array, index: number): boolean {
  return (set[index >>> 5]! & (1 << (index & 31))) !== 0
}

function intersect(into: Uint32Array, other: Uint32Array): void {
  for (let i = 0; i < into.length; i++) into[i]! &= other[i]!
}

/** The blocks of a program as a graph. After changes, `analyze()` updates the analysis results. */
export class FlowGraph {
  root: Block
  /** In the order of a depth-first walk that takes true exits first. */
  readonly nodes: readonly Node[]
  /** Arcs by index: all true exits, then all false exits. */
  readonly arcs: readonly Arc[]
  /** All nodes from the root down; no node comes before one of its predecessors. */
  downwards: readonly Node[] = []
  /** The nodes with a test, from the results up; no node comes before one of its successors. */
  upwards: readonly Node[] = []

  constructor(root: Block) {
    this.root = root
    const blocks = reachable(root)
    this.nodes = blocks.map((block, index) => new Node(block, index, blocks.length))
    this.arcs = [...this.nodes.map((node) => node.true), ...this.nodes.map((node) => node.false)]
    for (const [index, block] of blocks.entries()) block.index = index
  }

  nodeOf(block: Block): Node {
    return this.nodes[block.index]!
  }

  /** The target node of an arc; null for an arc of a result. */
  target(arc: Arc): Node | null {
    return arc.edge.target === null ? null : this.nodeOf(arc.edge.target)
  }

  /** Computes levels, dominators and live atoms of the current graph. */
  analyze(): void {
    this.#findLevels()
    this.#findDominators()
    this.#findUses()
    this.#findArcDominators()
  }

  findInArcs(): void {
    for (const node of this.nodes) node.inArcs = []
    for (const node of this.downwards) {
      if (node.block.isReturn) continue
      this.target(node.true)!.inArcs.push(node.true)
      this.target(node.false)!.inArcs.push(node.false)
    }
    for (const node of this.nodes) node.inArcs.reverse()
  }

  #findLevels(): void {
    const levels: Node[][] = []
    const visited = new Set<Node>()
    const stack: { node: Node; isDone: boolean }[] = [{ node: this.nodeOf(this.root), isDone: false }]
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node, isDone } = top
      const whenTrue = this.target(node.true)
      const whenFalse = this.target(node.false)
      if (isDone) {
        node.level = whenTrue === null ? 0 : Math.max(whenTrue.level, whenFalse!.level) + 1
        levels[node.level] ??= []
        levels[node.level]!.push(node)
      } else if (!visited.has(node)) {
        visited.add(node)
        stack.push({ node, isDone: true })
        if (whenFalse !== null) stack.push({ node: whenFalse, isDone: false })
        if (whenTrue !== null) stack.push({ node: whenTrue, isDone: false })
      }
    }
    for (const level of levels) level.reverse()
    this.upwards = levels.slice(1).flat()
    this.downwards = levels.reverse().flat()
  }

  #findDominators(): void {
    for (const node of this.nodes) node.dominators.fill(0xffff_ffff)
    this.nodeOf(this.root).dominators.fill(0)
    for (const node of this.downwards) {
      insert(node.dominators, node.index)
      for (const arc of [node.true, node.false]) {
        const target = this.target(arc)
        if (target !== null) intersect(target.dominators, node.dominators)
      }
    }
  }

  #findArcDominators(): void {
    for (const arc of this.arcs) arc.dominators.fill(0xffff_ffff)
    const root = this.nodeOf(this.root)
    root.true.dominators.fill(0)
    root.false.dominators.fill(0)
    for (const node of this.downwards) {
      for (const arc of [node.true, node.false]) {
        insert(arc.dominators, arc.index)
        const target = this.target(arc)
        if (target === null) continue
        intersect(target.true.dominators, arc.dominators)
        intersect(target.false.dominators, arc.dominators)
      }
    }
  }

  #findUses(): void {
    const killed = new Map<Node, number>()
    for (const node of this.downwards) {
      killed.set(node, findLocalUses(node))
      node.outUse = 0
    }
    for (const node of this.upwards) {
      node.outUse |= this.target(node.true)!.inUse | this.target(node.false)!.inUse
      node.inUse |= node.outUse & ~killed.get(node)!
    }
  }
}

// Sets `inUse` to the atoms that the block reads before it writes them. Returns those that it writes before it reads.
function findLocalUses(node: Node): number {
  let defined = 0
  let used = 0
  let killed = 0
  for (const statement of node.block.statements) {
    used |= usedAtoms(statement) & ~defined
    const atom = definedAtom(statement)
    if (atom < 0) continue
    if ((used & (1 << atom)) === 0) killed |= 1 << atom
    defined |= 1 << atom
  }
  node.inUse = used | (usedAtoms(node.block) & ~defined)
  return killed
}

/** The blocks reachable from `root`, true exits first. */
export function reachable(root: Block): Block[] {
  const found = new Set<Block>()
  const stack = [root]
  for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
    if (found.has(block)) continue
    found.add(block)
    if (block.whenFalse.target !== null) stack.push(block.whenFalse.target)
    if (block.whenTrue.target !== null) stack.push(block.whenTrue.target)
  }
  return [...found]
}
