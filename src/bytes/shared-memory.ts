const WASM_PAGE_BYTES = 64 * 1024
/** Most bytes of one memory, by the limits of 32-bit addresses and typed arrays. */
export const MAX_SHARED_BYTES = 65_535 * WASM_PAGE_BYTES

// V8 compiles `memory.copy` to a plain memmove. TypedArray.set copies shared memory word by word, which takes three
// times as long, and needs a new view per call. The module:
//
//   (module
//     (import "env" "memory" (memory 0 65536 shared))
//     (func (export "move") (param i32 i32 i32)  ;; target, source, bytes
//       (memory.copy (local.get 0) (local.get 1) (local.get 2))))
// biome-ignore format: a line for each section
const MOVE_MODULE = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // magic, version 1
  0x01, 0x07, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x00, // types: (i32, i32, i32) -> ()
  0x02, 0x12, 0x01, 0x03, 0x65, 0x6e, 0x76, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, // imports: env.memory,
  0x02, 0x03, 0x00, 0x80, 0x80, 0x04, // a shared memory of 0 to 65,536 pages
  0x03, 0x02, 0x01, 0x00, // functions: one, of type 0
  0x07, 0x08, 0x01, 0x04, 0x6d, 0x6f, 0x76, 0x65, 0x00, 0x00, // exports: move
  0x0a, 0x0e, 0x01, 0x0c, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfc, 0x0a, 0x00, 0x00, 0x0b, // code
])

type Move = (target: number, source: number, bytes: number) => void

/**
 * The memory that all threads of a run share: slabs, and the pages of each worker. A position is the same byte in every
 * thread. The system gives memory for a page when it is first touched.
 */
export class SharedMemory {
  /** The whole memory. Always the same object, so that it can be compared with `===`. */
  readonly bytes: Uint8Array
  readonly #move: Move

  /** @param bytes At most {@link MAX_SHARED_BYTES}. @throws RangeError when the system lacks the address space. */
  static allocate(bytes: number): WebAssembly.Memory {
    const pages = Math.ceil(bytes / WASM_PAGE_BYTES)
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  }

  constructor(memory: WebAssembly.Memory) {
    this.bytes = new Uint8Array(memory.buffer)
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MOVE_MODULE), { env: { memory } })
    this.#move = exports.move as Move
  }

  /** Copies `source[from, to)`, of this memory or any other, to position `at`. */
  copy(source: Uint8Array, from: number, to: number, at: number): void {
    if (source === this.bytes) this.#move(at, from, to - from)
    else this.bytes.set(from === 0 && to === source.length ? source : source.subarray(from, to), at)
  }
}
