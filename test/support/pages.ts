import { LARGEST_CLASS, PageArena } from '../../src/bytes/page-arena.js'
import { SharedMemory } from '../../src/bytes/shared-memory.js'

const MEMORY_BYTES = 32 * 1024 * 1024
// One memory shared by all arenas in turn, because each memory reserves gigabytes of address space.
const memory = new SharedMemory(SharedMemory.allocate(MEMORY_BYTES))
let used = 0

/**
 * Makes an arena in a part of the memory that no other recent arena uses.
 *
 * @param blocks Number of free blocks; 0 for an arena whose memory is all in use.
 */
export function pageArena(blocks: number, unitBytes = 2048): PageArena {
  const bytes = Math.max(1, blocks) * 64 * unitBytes
  if (used + bytes > MEMORY_BYTES) used = 0
  const arena = new PageArena(memory, used, used + bytes, unitBytes)
  used += bytes
  if (blocks === 0) arena.tryAllocate(LARGEST_CLASS)
  return arena
}
