import * as bpf from './bpf.js'

/** One instruction inside a block. */
export class Statement {
  code: number
  /** uint32 */
  k: number
  /** Where a jump inside a block goes; such blocks are not optimized. */
  whenTrue: Statement | null = null
  whenFalse: Statement | null = null

  constructor(code: number, k = 0) {
    this.code = code
    this.k = k >>> 0
  }
}

/** One way out of a block. */
export class Edge {
  readonly from: Block
  /** Next block; while the expression is being put together, the next of the edges with the same open end. */
  target: Block | null = null

  constructor(from: Block) {
    this.from = from
  }
}

/**
 * Statements that end in a test, or in the program's result.
 *
 * While an expression is put together, a block stands for the whole test whose last block it is: `head` is its first
 * block, and the open ends of its false (`isInverted`: true) edges form a list through the edges' targets; one side of
 * every block on the list leads on.
 */
export class Block {
  code: number
  /** uint32 */
  k: number
  statements: Statement[]
  /** Of a `JONE` test: the values, uint32; `k` is its number then. */
  readonly values: ReadonlySet<number> | null
  readonly whenTrue = new Edge(this)
  readonly whenFalse = new Edge(this)
  head: Block = this
  isInverted = false
  /** Number of the block while its program is optimized. */
  index = -1

  constructor(
    code: number,
    k: number,
    statements: Statement[] = [],
    values: ReadonlySet<number> | null = null,
  ) {
    this.code = code
    this.k = k >>> 0
    this.statements = statements
    this.values = values
  }

  get isReturn(): boolean {
    return bpf.classOf(this.code) === bpf.RET
  }
}

/** A block that compares the accumulator with a constant. */
export function jumpBlock(jump: bpf.Jump, k: number, statements: Statement[]): Block {
  return new Block(bpf.JMP | jump | bpf.K, k, statements)
}

/** Both, the first one first: its true ends lead to the second. The second stands for the result. */
export function and(first: Block, second: Block): Block {
  backpatch(first, second.head)
  first.isInverted = !first.isInverted
  second.isInverted = !second.isInverted
  merge(second, first)
  second.isInverted = !second.isInverted
  second.head = first.head
  return second
}

/** Either, the first one first: its false ends lead to the second. The second stands for the result. */
export function or(first: Block, second: Block): Block {
  first.isInverted = !first.isInverted
  backpatch(first, second.head)
  first.isInverted = !first.isInverted
  merge(second, first)
  second.head = first.head
  return second
}

/** The opposite. */
export function not(block: Block): Block {
  block.isInverted = !block.isInverted
  return block
}

/** Closes the open ends: a packet that passes the test gives `accepted`, any other 0. Returns the first block. */
export function close(test: Block, accepted: number): Block {
  backpatch(test, new Block(bpf.RET | bpf.K, accepted))
  test.isInverted = !test.isInverted
  backpatch(test, new Block(bpf.RET | bpf.K, 0))
  return test.head
}

// The edge that the list of open ends goes through.
function openEdge(block: Block): Edge {
  return block.isInverted ? block.whenFalse : block.whenTrue
}

function backpatch(list: Block, target: Block): void {
  for (let block: Block | null = list; block !== null; ) {
    const edge = openEdge(block)
    block = edge.target
    edge.target = target
  }
}

function merge(list: Block, tail: Block): void {
  let edge = openEdge(list)
  while (edge.target !== null) edge = openEdge(edge.target)
  edge.target = tail
}
