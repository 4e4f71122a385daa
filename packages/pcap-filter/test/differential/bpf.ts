/** A program of the packet filter's machine as libpcap compiled it: four words an instruction (code, jt, jf, k). */
export type BpfProgram = Uint32Array

const MEMORY_WORDS = 16
/** Steps after which a program is held to run for ever: chains of headers (`protochain`) loop. */
const MAX_STEPS = 1_000_000

/**
 * Runs a program over a packet, as libpcap's bpf_filter() does: a load from beyond the captured bytes rejects the
 * packet, as does a division by zero.
 *
 * @param bytes The packet as captured.
 * @returns True when the program accepts it; null when it reads memory that it has not set, which may hold anything.
 */
export function runBpf(program: BpfProgram, bytes: Uint8Array, wireLength: number): boolean | null {
  const memory: (number | null)[] = new Array(MEMORY_WORDS).fill(null)
  let a = 0
  let x = 0
  for (let at = 0, steps = 0; ; at += 4) {
    if (++steps > MAX_STEPS) throw new Error('the program does not end')
    const [code, ifTrue, ifFalse, k] = [program[at]!, program[at + 1]!, program[at + 2]!, program[at + 3]!]
    switch (code & 0x07) {
      case 0: // ld
        if ((code & 0xe0) === 0x00) a = k
        else if ((code & 0xe0) === 0x60) {
          const word = memory[k] ?? null
          if (word === null) return null
          a = word
        } else if ((code & 0xe0) === 0x80) a = wireLength
        else {
          const size = [4, 2, 1][(code >> 3) & 3]!
          const offset = (code & 0xe0) === 0x40 ? x + k : k
          if (offset + size > bytes.length) return false
          a = 0
          for (let i = 0; i < size; i++) a = a * 256 + bytes[offset + i]!
        }
        break
      case 1: // ldx
        if ((code & 0xe0) === 0x00) x = k
        else if ((code & 0xe0) === 0x60) {
          const word = memory[k] ?? null
          if (word === null) return null
          x = word
        } else if ((code & 0xe0) === 0x80) x = wireLength
        else {
          if (k >= bytes.length) return false
          x = (bytes[k]! & 15) * 4
        }
        break
      case 2: // st
        memory[k] = a
        break
      case 3: // stx
        memory[k] = x
        break
      case 4: {
        const operand = (code & 8) === 0 ? k : x
        const isDivision = (code & 0xf0) === 0x30 || (code & 0xf0) === 0x90
        if (isDivision && operand === 0) return false
        a = calculate(code & 0xf0, a, operand)
        break
      }
      case 5: {
        if ((code & 0xf0) === 0) at += 4 * (k | 0)
        else at += 4 * (holds(code & 0xf0, a, (code & 8) === 0 ? k : x) ? ifTrue : ifFalse)
        break
      }
      case 6: // ret
        return ((code & 0x18) === 0x10 ? a : k) !== 0
      default: // misc
        if ((code & 0x80) === 0) x = a
        else a = x
    }
  }
}

function calculate(operation: number, a: number, operand: number): number {
  switch (operation) {
    case 0x00:
      return (a + operand) >>> 0
    case 0x10:
      return (a - operand) >>> 0
    case 0x20:
      return Math.imul(a, operand) >>> 0
    case 0x30:
      return Math.floor(a / operand)
    case 0x40:
      return (a | operand) >>> 0
    case 0x50:
      return (a & operand) >>> 0
    case 0x60:
      return operand > 31 ? 0 : (a << operand) >>> 0
    case 0x70:
      return operand > 31 ? 0 : a >>> operand
    case 0x80:
      return -a >>> 0
    case 0x90:
      return a % operand
    case 0xa0:
      return (a ^ operand) >>> 0
    default:
      throw new Error(`operation ${operation} is not known`)
  }
}

function holds(test: number, a: number, operand: number): boolean {
  switch (test) {
    case 0x10:
      return a === operand
    case 0x20:
      return a > operand
    case 0x30:
      return a >= operand
    case 0x40:
      return (a & operand) !== 0
    default:
      throw new Error(`test ${test} is not known`)
  }
}
