import type { Statement } from '../codegen/blocks.js'
import * as bpf from '../codegen/bpf.js'

// An atom is a location that an instruction can read or write: a memory word by its number, or a register.
export const A = bpf.MEMORY_WORDS
export const X = bpf.MEMORY_WORDS + 1
export const ATOMS = bpf.MEMORY_WORDS + 2
const A_AND_X = ATOMS
const NONE = -1

/** The code of a removed statement. */
export const REMOVED = -1

/** True when a set of atoms contains `atom`. */
export function hasAtom(set: number, atom: number): boolean {
  return (set & (1 << atom)) !== 0
}

/** The atom that an instruction reads: -1 for none, `ATOMS` for both registers. */
function usedAtom({ code, k }: { code: number; k: number }): number {
  if (code === REMOVED) return NONE
  switch (bpf.classOf(code)) {
    case bpf.RET:
      return NONE
    case bpf.LD:
    case bpf.LDX:
      if (bpf.modeOf(code) === bpf.IND) return X
      return bpf.modeOf(code) === bpf.MEM ? k : NONE
    case bpf.ST:
      return A
    case bpf.STX:
      return X
    case bpf.MISC:
      return code === (bpf.MISC | bpf.TXA) ? X : A
    default:
      return bpf.sourceOf(code) === bpf.X ? A_AND_X : A
  }
}

/** The set of atoms that an instruction reads. */
export function usedAtoms(instruction: { code: number; k: number }): number {
  const atom = usedAtom(instruction)
  if (atom === NONE) return 0
  return atom === A_AND_X ? (1 << A) | (1 << X) : 1 << atom
}

/** The atom that a statement writes, or -1. */
export function definedAtom({ code, k }: Statement): number {
  if (code === REMOVED) return NONE
  switch (bpf.classOf(code)) {
    case bpf.LD:
    case bpf.ALU:
      return A
    case bpf.LDX:
      return X
    case bpf.ST:
    case bpf.STX:
      return k
    case bpf.MISC:
      return code === (bpf.MISC | bpf.TAX) ? X : A
    default:
      return NONE
  }
}
