import { describe, expect, it } from 'vitest'
import { FilterSyntaxError } from '../src/filter-syntax-error.js'
import { LINK_TYPE_EXPRESSIONS } from './support/filter-expressions.js'
import { filterOf, programText } from './support/filters.js'
import { hasReference, libpcapProgram } from './support/libpcap-programs.js'

/** The program as text, or that the expression is refused. */
function ours(expression: string, linkType: number, isBigEndian = false): string {
  try {
    return programText(filterOf(expression).program(linkType, isBigEndian))
  } catch (error) {
    if (error instanceof FilterSyntaxError) return programText(null)
    throw error
  }
}

describe.runIf(hasReference)('programs for other link types, compared with libpcap', () => {
  const rows = LINK_TYPE_EXPRESSIONS.flatMap(([linkTypes, expressions]) =>
    expressions
      .split(';')
      .map((expression, i): [string, number] => [expression, linkTypes[i % linkTypes.length]!]),
  )
  it.each(rows)('compiles or refuses "%s" for link type %d as libpcap does', (expression, linkType) => {
    expect(ours(expression, linkType)).toBe(programText(libpcapProgram(expression, linkType)))
  })

  const all = LINK_TYPE_EXPRESSIONS.flatMap(([linkTypes]) => linkTypes)
  it.each(all)('compiles or refuses "ip and udp port 53" for link type %d as libpcap does', (linkType) => {
    const expression = 'ip and udp port 53'
    expect(ours(expression, linkType)).toBe(programText(libpcapProgram(expression, linkType)))
  })

  it.each([0, 109])('takes the byte order of the capturing machine for link type %d', (linkType) => {
    const expected = programText(libpcapProgram('ip or ip6', linkType, true))
    expect(ours('ip or ip6', linkType, true)).toBe(expected)
    expect(ours('ip or ip6', linkType, false)).not.toBe(expected)
  })
})
