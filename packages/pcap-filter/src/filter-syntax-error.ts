/**
 * What is wrong with an expression: its text or a name in it (`expression`), that it asks for something the link
 * type does not have (`linkType`), or that no packet of the link type can match (`rejectsAll`).
 */
export type FilterProblem = 'expression' | 'linkType' | 'rejectsAll'

/** A filter expression that cannot be used, as libpcap would refuse it. */
export class FilterSyntaxError extends Error {
  override readonly name = 'FilterSyntaxError'
  readonly code = 'ERR_FILTER_SYNTAX'
  /** Where in the expression, counted from 1 in characters (UTF-16 units); one past the end: something is missing. */
  readonly column: number
  readonly problem: FilterProblem

  /** @param reason What was expected and what was found, without the column. */
  constructor(reason: string, column: number, problem: FilterProblem = 'expression') {
    super(reason)
    this.column = column
    this.problem = problem
  }
}
