import * as bpf from './bpf.js'

/** One instruction inside a block. */
export class Statement {
  code: number
  /** uint32 */
  k: number
  /** Targets of a jump inside a block. Such blocks are not optimized. */
  whenTrue: Statement | null = null
  whenFalse: Statement | null = null

  constructor(code: number, k = 0) {
    this.code = code
    this.k = k >>> 0
  }
}

/** One exit of a block. */
export class Edge {
  readonly from: Block
  /** Next block. While the expression is being built, the next block in a list of open exits. */
  target: Block | null = null

  constructor(from: Block) {
    this.from = from
  }
}

/**
 * Statements that end in a test or in the program's result.
 *
 * While the expression is being built, a block represents the whole test whose last block it is: `head` is the first
 * block of that test, and its open exits form a list linked through the targets of edges. `isInverted` exchanges the
 * meaning of true and false.
 */
export class Block {
  code: number
  /** uint32 */
  k: number
  statements: Statement[]
  /** The values of a `JONE` test, uint32; then `k` is the number of the set. */
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

/** Makes a block that compares the accumulator with a constant. */
export function jumpBlock(jump: bpf.Jump, k: number, statements: Statement[]): Block {
  return new Block(bpf.JMP | jump | bpf.K, k, statements)
}

/** Matches when both match: the true exits of the first lead to the second. The second represents the result. */
export function and(first: Block, second: Block): Block {
  backpatch(first, second.head)
  first.isInverted = !first.isInverted
  second.isInverted = !second.isInverted
  merge(second, first)
  second.isInverted = !second.isInverted
  second.head = first.head
  return second
}

/** Matches when either matches: the false exits of the first lead to the second. The second represents the result. */
export function or(first: Block, second: Block): Block {
  first.isInverted = !first.isInverted
  backpatch(first, second.head)
  first.isInverted = !first.isInverted
  merge(second, first)
  second.head = first.head
  return second
}

/** Inverts a test. */
export function not(block: Block): Block {
  block.isInverted = !block.isInverted
  return block
}

/** Closes the open exits: the result is `accepted` if the test matches, else 0. Returns the first block. */
export function close(test: Block, accepted: number): Block {
  backpatch(test, new Block(bpf.RET | bpf.K, accepted))
  test.isInverted = !test.isInverted
  backpatch(test, new Block(bpf.RET | bpf.K, 0))
  return test.head
}

// The edge through which the list of open exits continues.
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
