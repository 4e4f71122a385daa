import * as bpf from '../codegen/bpf.js'

/** The number of a value that nothing is known of. */
export const UNKNOWN = 0

const TWO_32 = 2 ** 32

/**
 * Numbers for values, equal for computations that are known to give the same (value numbering after Cocke and
 * Schwartz). A load from the packet is a value, whatever the packet has there.
 */
export class ValueTable {
  // By code and first operand, then by the second.
  readonly #numbers = new Map<number, Map<number, number>>()
  #count = 0
  readonly #constants = new Map<number, number>()

  /** The number of what `code` gives for operands that are numbers of values, or constants. */
  of(code: number, first: number, second: number): number {
    const key = code * TWO_32 + first
    const bySecond = this.#numbers.get(key) ?? new Map<number, number>()
    const known = bySecond.get(second)
    if (known !== undefined) return known
    this.#count += 1
    const number = this.#count
    this.#numbers.set(key, bySecond.set(second, number))
    if (code === (bpf.LD | bpf.IMM)) this.#constants.set(number, first)
    return number
  }

  /** The number of a constant, uint32. */
  ofConstant(value: number): number {
    return this.of(bpf.LD | bpf.IMM, value, 0)
  }

  /** The constant that a number stands for, or null. */
  constant(number: number): number | null {
    return this.#constants.get(number) ?? null
  }
}
