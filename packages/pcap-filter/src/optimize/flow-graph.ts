import type { Block, Edge } from '../codegen/blocks.js'
import { ATOMS, definedAtom, usedAtoms } from './atoms.js'

/** What is known of a block while a program is optimized. */
export class Node {
  readonly block: Block
  readonly index: number
  readonly true: Arc
  readonly false: Arc
  /** Longest way to a result; results are at 0. */
  level = 0
  /** Arcs that lead here, the one found last first. */
  inArcs: Arc[] = []
  /** Nodes that every way from the root to this one passes, as bits by index. */
  readonly dominators: Uint32Array
  /** Numbers of the values that the atoms have at the end. */
  readonly values = new Float64Array(ATOMS)
  /** Number of the value that the test at the end compares with. */
  operand = 0
  /** Sets of atoms: read before written here or later; read later. */
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

/** What is known of a way out of a block. */
export class Arc {
  readonly edge: Edge
  readonly from: Node
  readonly index: number
  /** Arcs that every way through this one passes, as bits by index. */
  readonly dominators: Uint32Array
  /** Code of the test it comes from, negative where the test fails. */
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

/** The blocks of a program and how they hang together; `analyze` renews that after changes. */
export class FlowGraph {
  root: Block
  /** In the order in which a walk that takes true ways first comes to them. */
  readonly nodes: readonly Node[]
  /** Arcs by index: all true ones, then all false ones. */
  readonly arcs: readonly Arc[]
  /** Every node from the root down: no node comes before one that leads to it. */
  downwards: readonly Node[] = []
  /** The nodes with a test, from the results up. */
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

  /** The node where an arc leads; null behind a result. */
  target(arc: Arc): Node | null {
    return arc.edge.target === null ? null : this.nodeOf(arc.edge.target)
  }

  /** Levels, dominators and uses of atoms, for the graph as it is now. */
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

// Sets `inUse` to what the block itself reads; returns what it writes before it reads it.
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

/** Blocks that can be reached, true ways first. */
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
