import * as bpf from '../codegen/bpf.js'
import { type Instruction, MAX_OFFSET } from './program.js'

// In the generated function, `b` is the array of bytes, `p` the offset of the packet in it, `n` the captured length, `w`
// the length on the wire; `a`, `x` and `m0` to `m15` are the machine's registers and memory as int32. Only numbers of
// the program are inserted into the text.

const OPERATORS: Readonly<Record<number, string>> = {
  [bpf.ADD]: '+',
  [bpf.SUB]: '-',
  [bpf.AND]: '&',
  [bpf.OR]: '|',
  [bpf.XOR]: '^',
}

/** The JavaScript statement for an instruction that is neither a jump nor a return. */
export function statementText({ code, k }: Instruction): string {
  switch (bpf.classOf(code)) {
    case bpf.LD:
      return loadText(code, k)
    case bpf.LDX:
      if (bpf.modeOf(code) === bpf.IMM) return `x = ${k | 0}`
      if (bpf.modeOf(code) === bpf.MEM) return `x = m${k}`
      return k >= MAX_OFFSET ? 'return false' : `if (n <= ${k}) return false; x = (b[p + ${k}] & 15) << 2`
    case bpf.ST:
      return `m${k} = a`
    case bpf.STX:
      return `m${k} = x`
    case bpf.MISC:
      return code === (bpf.MISC | bpf.TAX) ? 'x = a' : 'a = x'
    default:
      return operationText(code, k)
  }
}

function loadText(code: number, k: number): string {
  switch (bpf.modeOf(code)) {
    case bpf.IMM:
      return `a = ${k | 0}`
    case bpf.MEM:
      return `a = m${k}`
    case bpf.LEN:
      return 'a = w | 0'
    case bpf.IND: {
      const size = SIZES[bpf.sizeOf(code)]!
      if (k >= MAX_OFFSET) return 'return false'
      return `i = (x >>> 0) + ${k}; if (i > n - ${size}) return false; i += p; a = ${bytesText(size, 'i', 0)}`
    }
    default: {
      const size = SIZES[bpf.sizeOf(code)]!
      if (k >= MAX_OFFSET) return 'return false'
      return `if (n < ${k + size}) return false; a = ${bytesText(size, 'p', k)}`
    }
  }
}

const SIZES: Readonly<Record<number, number>> = { [bpf.B]: 1, [bpf.H]: 2, [bpf.W]: 4 }

function bytesText(size: number, base: string, offset: number): string {
  const parts: string[] = []
  for (let i = 0; i < size; i++) {
    const at = offset + i === 0 ? base : `${base} + ${offset + i}`
    const shift = 8 * (size - 1 - i)
    parts.push(shift === 0 ? `b[${at}]` : `b[${at}] << ${shift}`)
  }
  return parts.join(' | ')
}

function operationText(code: number, k: number): string {
  const isX = bpf.sourceOf(code) === bpf.X
  const operand = isX ? 'x' : `${k | 0}`
  const operation = bpf.operationOf(code)
  switch (operation) {
    case bpf.NEG:
      return 'a = -a | 0'
    case bpf.MUL:
      return `a = Math.imul(a, ${operand})`
    case bpf.DIV:
      if (!isX && k === 0) return 'return false'
      return `${isX ? 'if (x === 0) return false; ' : ''}a = ((a >>> 0) / (${operand} >>> 0)) >>> 0 | 0`
    case bpf.MOD:
      if (!isX && k === 0) return 'return false'
      return `${isX ? 'if (x === 0) return false; ' : ''}a = (a >>> 0) % (${operand} >>> 0) | 0`
    case bpf.LSH:
      return isX ? 'a = (x >>> 0) > 31 ? 0 : a << x' : `a = ${k > 31 ? '0' : `a << ${k}`}`
    case bpf.RSH:
      return isX ? 'a = (x >>> 0) > 31 ? 0 : a >>> x | 0' : `a = ${k > 31 ? '0' : `a >>> ${k} | 0`}`
    default:
      return `a = (a ${OPERATORS[operation]!} (${operand})) | 0`
  }
}

/** The JavaScript condition for a jump. */
export function conditionText({ code, k }: Instruction): string {
  const isX = bpf.sourceOf(code) === bpf.X
  switch (bpf.operationOf(code)) {
    case bpf.JEQ:
      return `a === ${isX ? 'x' : k | 0}`
    case bpf.JSET:
      return `(a & ${isX ? 'x' : k | 0}) !== 0`
    case bpf.JGT:
      return `(a >>> 0) > ${isX ? '(x >>> 0)' : k}`
    default:
      return `(a >>> 0) >= ${isX ? '(x >>> 0)' : k}`
  }
}
