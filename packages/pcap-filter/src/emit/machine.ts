import * as bpf from '../codegen/bpf.js'
import type { Predicate } from './javascript.js'
import { type Instruction, MAX_OFFSET, MAX_TURNS } from './program.js'

/**
 * Makes a predicate that interprets a BPF program (bpf(4)) instruction by instruction. Used for programs so large that
 * V8 would not optimize a function made from them.
 */
export function machineOf(program: readonly Instruction[]): Predicate {
  const codes = Uint16Array.from(program, ({ code }) => code)
  const constants = Int32Array.from(program, ({ k }) => k | 0)
  const nexts = Uint32Array.from(program, ({ next }) => next)
  const others = Uint32Array.from(program, ({ otherwise }) => otherwise)
  const sets = program.map(({ values }) => values ?? null)
  const memory = new Int32Array(bpf.MEMORY_WORDS)

  return (bytes, position, capturedLength, wireLength) => {
    memory.fill(0)
    let a = 0
    let x = 0
    let turns = 0
    for (let at = 0; ; ) {
      const code = codes[at]!
      const k = constants[at]!
      let next = nexts[at]!
      switch (bpf.classOf(code)) {
        case bpf.LD: {
          const mode = bpf.modeOf(code)
          if (mode === bpf.IMM) a = k
          else if (mode === bpf.MEM) a = memory[k]!
          else if (mode === bpf.LEN) a = wireLength | 0
          else {
            const size = bpf.sizeOf(code)
            const from = (k >>> 0) + (mode === bpf.IND ? x >>> 0 : 0)
            const length = size === bpf.W ? 4 : size === bpf.H ? 2 : 1
            if (from > MAX_OFFSET || from > capturedLength - length) return false
            a = valueAt(bytes, position + from, size)
          }
          break
        }
        case bpf.LDX: {
          const mode = bpf.modeOf(code)
          if (mode === bpf.IMM) x = k
          else if (mode === bpf.MEM) x = memory[k]!
          else if (k >>> 0 >= capturedLength) return false
          else x = (bytes[position + k]! & 15) << 2
          break
        }
        case bpf.ST:
          memory[k] = a
          break
        case bpf.STX:
          memory[k] = x
          break
        case bpf.ALU: {
          const operand = bpf.sourceOf(code) === bpf.X ? x : k
          const operation = bpf.operationOf(code)
          if (operand === 0 && (operation === bpf.DIV || operation === bpf.MOD)) return false
          a = calculated(operation, a, operand)
          break
        }
        case bpf.JMP: {
          const set = sets[at]!
          const holds =
            set === null ? compares(code, a, bpf.sourceOf(code) === bpf.X ? x : k) : set.has(a >>> 0)
          if (!holds) next = others[at]!
          if (next <= at && ++turns > capturedLength + MAX_TURNS) return false
          break
        }
        case bpf.RET:
          return k !== 0
        default:
          if (code === (bpf.MISC | bpf.TAX)) x = a
          else a = x
      }
      at = next
    }
  }
}

function valueAt(bytes: Uint8Array, at: number, size: number): number {
  if (size === bpf.B) return bytes[at]!
  const high = (bytes[at]! << 8) | bytes[at + 1]!
  return size === bpf.H ? high : (high << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function compares(code: number, a: number, operand: number): boolean {
  switch (bpf.operationOf(code)) {
    case bpf.JEQ:
      return a === operand
    case bpf.JSET:
      return (a & operand) !== 0
    case bpf.JGT:
      return a >>> 0 > operand >>> 0
    case bpf.JGE:
      return a >>> 0 >= operand >>> 0
    default:
      return true // JA: both targets are the same
  }
}

function calculated(operation: number, a: number, operand: number): number {
  switch (operation) {
    case bpf.ADD:
      return (a + operand) | 0
    case bpf.SUB:
      return (a - operand) | 0
    case bpf.MUL:
      return Math.imul(a, operand)
    case bpf.DIV:
      return ((a >>> 0) / (operand >>> 0)) | 0
    case bpf.MOD:
      return ((a >>> 0) % (operand >>> 0)) | 0
    case bpf.OR:
      return a | operand
    case bpf.AND:
      return a & operand
    case bpf.XOR:
      return a ^ operand
    case bpf.LSH:
      return operand >>> 0 > 31 ? 0 : a << operand
    case bpf.RSH:
      return operand >>> 0 > 31 ? 0 : (a >>> operand) | 0
    default:
      return -a | 0 // NEG
  }
}
