/** @typedef {import('../../dist/filter/emit/program.js').Instruction} Instruction */
/** @typedef {import('../../dist/filter/emit/javascript.js').Predicate} Predicate */

/**
 * The BSD packet filter's machine as a loop over instructions in typed arrays, as interpreters are written. A load beyond
 * the packet rejects it.
 *
 * @param {readonly Instruction[]} program
 * @returns {Predicate}
 */
export function interpreter(program) {
  const codes = Uint16Array.from(program, ({ code }) => code)
  const constants = Uint32Array.from(program, ({ k }) => k)
  const nexts = Uint32Array.from(program, ({ next }) => next)
  const others = Uint32Array.from(program, ({ otherwise }) => otherwise)
  const sets = program.map(({ values }) => values ?? null)
  const memory = new Int32Array(16)
  return (bytes, position, capturedLength, wireLength) => {
    let a = 0
    let x = 0
    for (let at = 0; ; ) {
      const k = constants[at] ?? 0
      const code = codes[at] ?? 0
      let next = nexts[at] ?? 0
      const operand = (code & 8) !== 0 ? x >>> 0 : k
      switch (code & 7) {
        case 0: {
          const mode = code & 0xe0
          if (mode === 0x20 || mode === 0x40) {
            const from = k + (mode === 0x40 ? x >>> 0 : 0)
            const size = (code & 0x18) === 0 ? 4 : (code & 0x18) === 8 ? 2 : 1
            if (from + size > capturedLength) return false
            a = 0
            for (let i = 0; i < size; i++) a = (a << 8) | (bytes[position + from + i] ?? 0)
          } else if (mode === 0) a = k | 0
          else a = mode === 0x80 ? wireLength : (memory[k] ?? 0)
          break
        }
        case 1:
          if ((code & 0xe0) === 0xa0) {
            if (k >= capturedLength) return false
            x = ((bytes[position + k] ?? 0) & 15) << 2
          } else x = (code & 0xe0) === 0 ? k | 0 : (memory[k] ?? 0)
          break
        case 2:
          memory[k] = a
          break
        case 3:
          memory[k] = x
          break
        case 4:
          a = calculate(code & 0xf0, a, operand)
          break
        case 5: {
          const value = a >>> 0
          const test = code & 0xf0
          const holds =
            test === 0x10
              ? value === operand
              : test === 0x20
                ? value > operand
                : test === 0x30
                  ? value >= operand
                  : test === 0x40
                    ? (a & operand) !== 0
                    : (sets[at]?.has(value) ?? true)
          if (!holds) next = others[at] ?? 0
          break
        }
        case 6:
          return k !== 0
        default:
          if (code === 7) x = a
          else a = x
      }
      at = next
    }
  }
}

/**
 * @param {number} operation
 * @param {number} a
 * @param {number} operand
 */
function calculate(operation, a, operand) {
  switch (operation) {
    case 0x00:
      return (a + operand) | 0
    case 0x10:
      return (a - operand) | 0
    case 0x20:
      return Math.imul(a, operand)
    case 0x50:
      return a & operand
    case 0x40:
      return a | operand
    case 0x60:
      return a << operand
    case 0x70:
      return a >>> operand
    default:
      throw new Error(`operation ${operation} is not measured`)
  }
}
