import type { Instruction } from '../../src/emit/program.js'

/** Steps after which a program counts as endless. */
const MAX_STEPS = 2_000_000

/**
 * Runs a program of the BSD packet filter on a packet, written from bpf(4) and sharing nothing with the generated
 * code. A load beyond the packet, a division by zero and an endless loop reject it.
 */
export function runMachine(program: readonly Instruction[], packet: Uint8Array, wireLength: number): boolean {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  const memory = new Array<number>(16).fill(0)
  let a = 0
  let x = 0
  let at = 0
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const { code, k, next, otherwise } = program[at]!
    const name = NAMES[code]
    at = next
    const operand = (code & 0x08) !== 0 ? x : k
    switch (name) {
      case 'ld':
      case 'ldh':
      case 'ldb':
      case 'ldx-ind-w':
      case 'ldx-ind-h':
      case 'ldx-ind-b': {
        const size = name.endsWith('h') ? 2 : name.endsWith('b') ? 1 : 4
        const offset = k + (name.startsWith('ldx') ? x : 0)
        if (offset + size > packet.length) return false
        a = size === 4 ? view.getUint32(offset) : size === 2 ? view.getUint16(offset) : view.getUint8(offset)
        break
      }
      case 'msh':
        if (k >= packet.length) return false
        x = (packet[k]! & 15) * 4
        break
      case 'ldi':
        a = k
        break
      case 'ldxi':
        x = k
        break
      case 'len':
        a = wireLength
        break
      case 'ldm':
        a = memory[k]!
        break
      case 'ldxm':
        x = memory[k]!
        break
      case 'st':
        memory[k] = a
        break
      case 'stx':
        memory[k] = x
        break
      case 'tax':
        x = a
        break
      case 'txa':
        a = x
        break
      case 'ret':
        return k !== 0
      case 'ja':
        break
      case 'jeq':
        at = a === operand ? next : otherwise
        break
      case 'jgt':
        at = a > operand ? next : otherwise
        break
      case 'jge':
        at = a >= operand ? next : otherwise
        break
      case 'jset':
        at = (BigInt(a) & BigInt(operand)) !== 0n ? next : otherwise
        break
      default: {
        const result = operate(name, BigInt(a), BigInt(operand))
        if (result === null) return false
        a = Number(BigInt.asUintN(32, result))
      }
    }
  }
  return false
}

function operate(name: string | undefined, a: bigint, operand: bigint): bigint | null {
  switch (name) {
    case 'add':
      return a + operand
    case 'sub':
      return a - operand
    case 'mul':
      return a * operand
    case 'div':
      return operand === 0n ? null : a / operand
    case 'mod':
      return operand === 0n ? null : a % operand
    case 'and':
      return a & operand
    case 'or':
      return a | operand
    case 'xor':
      return a ^ operand
    case 'lsh':
      return operand > 31n ? 0n : a << operand
    case 'rsh':
      return operand > 31n ? 0n : a >> operand
    case 'neg':
      return -a
    default:
      throw new Error(`no instruction of the machine: ${name}`)
  }
}

const NAMES: Readonly<Record<number, string>> = {
  32: 'ld',
  40: 'ldh',
  48: 'ldb',
  64: 'ldx-ind-w',
  72: 'ldx-ind-h',
  80: 'ldx-ind-b',
  177: 'msh',
  0: 'ldi',
  1: 'ldxi',
  128: 'len',
  96: 'ldm',
  97: 'ldxm',
  2: 'st',
  3: 'stx',
  7: 'tax',
  135: 'txa',
  6: 'ret',
  5: 'ja',
  132: 'neg',
  ...operations([4, 20, 36, 52, 148, 84, 68, 164, 100, 116], 'add sub mul div mod and or xor lsh rsh'),
  ...operations([21, 37, 53, 69], 'jeq jgt jge jset'),
}

// Each with a constant, and with X.
function operations(codes: readonly number[], names: string): Record<number, string> {
  const entries = codes.flatMap((code, i): [number, string][] => {
    const name = names.split(' ')[i]!
    return [
      [code, name],
      [code | 8, name],
    ]
  })
  return Object.fromEntries(entries)
}
