/**
 * What is wrong with an expression. `expression`: its text or a name in it. `linkType`: the link type does not have what
 * it tests. `rejectsAll`: no packet of the link type can match.
 */
export type FilterProblem = 'expression' | 'linkType' | 'rejectsAll'

/** Thrown for an expression that libpcap would reject. */
export class FilterSyntaxError extends Error {
  override readonly name = 'FilterSyntaxError'
  readonly code = 'ERR_FILTER_SYNTAX'
  /** Column of the error in UTF-16 units, from 1; one past the end when something is missing. */
  readonly column: number
  readonly problem: FilterProblem

  /** @param reason The message, without the column. */
  constructor(reason: string, column: number, problem: FilterProblem = 'expression') {
    super(reason)
    this.column = column
    this.problem = problem
  }
}
