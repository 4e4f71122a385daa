// Operation codes of the BPF machine (bpf(4)), for which an expression is compiled first. The machine has an accumulator
// A, an index register X and 16 words of memory.

/** Instruction classes. */
export const LD = 0x00
export const LDX = 0x01
export const ST = 0x02
export const STX = 0x03
export const ALU = 0x04
export const JMP = 0x05
export const RET = 0x06
export const MISC = 0x07

/** Sizes of a load. */
export const W = 0x00
export const H = 0x08
export const B = 0x10
export type Size = typeof W | typeof H | typeof B

/** Source of a load: constant, packet, packet plus X, memory, packet length, IPv4 header length. */
export const IMM = 0x00
export const ABS = 0x20
export const IND = 0x40
export const MEM = 0x60
export const LEN = 0x80
export const MSH = 0xa0

/** Operations of the accumulator. */
export const ADD = 0x00
export const SUB = 0x10
export const MUL = 0x20
export const DIV = 0x30
export const OR = 0x40
export const AND = 0x50
export const LSH = 0x60
export const RSH = 0x70
export const NEG = 0x80
export const MOD = 0x90
export const XOR = 0xa0

/** Jumps. */
export const JA = 0x00
export const JEQ = 0x10
export const JGT = 0x20
export const JGE = 0x30
export const JSET = 0x40
/** Not part of BPF: A is one of a set of values. */
export const JONE = 0x50
export type Jump = typeof JEQ | typeof JGT | typeof JGE | typeof JSET

/** Second operand: the instruction's constant or X. */
export const K = 0x00
export const X = 0x08

export const TAX = 0x00
export const TXA = 0x80

export const MEMORY_WORDS = 16

export const classOf = (code: number): number => code & 0x07
export const modeOf = (code: number): number => code & 0xe0
export const sizeOf = (code: number): number => code & 0x18
export const operationOf = (code: number): number => code & 0xf0
export const sourceOf = (code: number): number => code & 0x08
