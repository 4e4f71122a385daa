// fast-check for mutants: properties are tried a few times, as most faults show at once and there are thousands of mutants.
import fc from '../../node_modules/fast-check/lib/fast-check.js'

const MOST_RUNS = 25

const assert: typeof fc.assert = (property, parameters) =>
  fc.assert(
    property as never,
    { ...parameters, numRuns: Math.min(parameters?.numRuns ?? MOST_RUNS, MOST_RUNS) } as never,
  )

export default { ...fc, assert }
