import { BLOCK_BYTES } from '../../bytes/page-arena.js'
import { MAX_SHARED_BYTES, SharedMemory } from '../../bytes/shared-memory.js'
import { ResourceError } from '../../errors.js'

const MIB = 1024 * 1024
const ADDRESSES_REFUSED =
  'Cannot begin: the system refuses address space (not memory): Node.js reserves 10 GiB of addresses for what threads ' +
  'share, however small --memory is (raise ulimit -v, or set NODE_OPTIONS=--disable-wasm-trap-handler)'
/** Records of one ring at most, and of all rings together. */
const RING_RECORDS = 8192
const ALL_RING_RECORDS = 16 * RING_RECORDS

/** A part of the shared memory: positions `[from, to)`. */
export interface MemoryRange {
  readonly from: number
  readonly to: number
}

/** A worker's pages: for buffered output, for early segments, and for copies of what was delivered. */
export interface WorkerMemory {
  readonly output: MemoryRange
  readonly held: MemoryRange
  readonly copies: MemoryRange
}

/** The division of the shared memory. */
export interface MemoryLayout {
  readonly totalBytes: number
  readonly slabs: MemoryRange
  readonly workers: readonly WorkerMemory[]
}

/**
 * Divides the shared memory: slabs first, then each worker's share of `--memory`: half for output, three eighths for early
 * segments, one eighth for copies, at least one block each. A limit larger than one shared memory is not used up.
 */
export function layOutMemory(slabBytes: number, memoryBytes: number, workerCount: number): MemoryLayout {
  const room = Math.min(memoryBytes, MAX_SHARED_BYTES - slabBytes)
  const each = Math.max(3, Math.floor(room / workerCount / BLOCK_BYTES))
  const output = Math.floor(each / 2)
  const copies = Math.max(1, Math.floor(each / 8))
  const held = each - output - copies
  const range = (worker: number, before: number, count: number): MemoryRange => {
    const from = slabBytes + (worker * each + before) * BLOCK_BYTES
    return { from, to: from + count * BLOCK_BYTES }
  }
  return {
    totalBytes: slabBytes + workerCount * each * BLOCK_BYTES,
    slabs: { from: 0, to: slabBytes },
    workers: Array.from({ length: workerCount }, (_, worker) => ({
      output: range(worker, 0, output),
      held: range(worker, output, held),
      copies: range(worker, output + held, copies),
    })),
  }
}

/** Allocates the memory. @throws ResourceError when the system lacks the memory, or the address space for any. */
export function takeMemory({ totalBytes }: MemoryLayout): WebAssembly.Memory {
  try {
    return SharedMemory.allocate(totalBytes)
  } catch (cause) {
    if (!hasAddressesForAny()) throw new ResourceError(ADDRESSES_REFUSED, { cause })
    const size = `${Math.ceil(totalBytes / MIB)} MiB, buffers of inputs included`
    throw new ResourceError(`Cannot use --memory: the system refuses so much memory (${size})`, { cause })
  }
}

// Node.js reserves address space for the largest possible memory and more around it, even for a small memory.
function hasAddressesForAny(): boolean {
  try {
    SharedMemory.allocate(1)
    return true
  } catch {
    return false
  }
}

/** Records per ring: a power of two, fewer for many workers. */
export function ringRecords(workerCount: number): number {
  return Math.min(RING_RECORDS, 2 ** Math.floor(Math.log2(ALL_RING_RECORDS / workerCount)))
}
