import * as bpf from '../codegen/bpf.js'

/** The number of an unknown value. */
export const UNKNOWN = 0

const TWO_32 = 2 ** 32

/**
 * Value numbering (Cocke and Schwartz): computations that are known to have the same result get the same number. A load
 * from the packet is a value like any other.
 */
export class ValueTable {
  // By code and first operand, then by second operand.
  readonly #numbers = new Map<number, Map<number, number>>()
  #count = 0
  readonly #constants = new Map<number, number>()

  /** The number of the result of `code`. Operands are value numbers or constants. */
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

  /** The constant with this value number, or null if the value is not a known constant. */
  constant(number: number): number | null {
    return this.#constants.get(number) ?? null
  }
}
