export {
  compileFilter,
  Filter,
  type FilterOptions,
  type Predicate,
} from './compile-filter.js'
export { machineOf } from './emit/machine.js'
export type { Instruction } from './emit/program.js'
export { type FilterProblem, FilterSyntaxError } from './filter-syntax-error.js'
export { type FramePredicate, framePredicate } from './frame-predicate.js'
