import { describe, expect, it } from 'vitest'
import { FilterSyntaxError } from '../src/filter-syntax-error.js'
import { ETHERNET_EXPRESSIONS, REFUSED_EXPRESSIONS } from './support/filter-expressions.js'
import { filterOf, programText } from './support/filters.js'
import { hasReference, libpcapProgram } from './support/libpcap-programs.js'

describe.runIf(hasReference)('programs for Ethernet, compared with libpcap', () => {
  it.each(ETHERNET_EXPRESSIONS)('compiles "%s" as libpcap does', (expression) => {
    const program = libpcapProgram(expression, 1)
    expect(program).not.toBeNull()
    expect(programText(filterOf(expression).program(1))).toBe(programText(program))
  })

  it.each(REFUSED_EXPRESSIONS)('refuses "%s", as libpcap does', (expression) => {
    expect(libpcapProgram(expression, 1)).toBeNull()
    expect(() => filterOf(expression).program(1)).toThrow(FilterSyntaxError)
  })
})
