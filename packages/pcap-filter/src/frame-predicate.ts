import { compileFilter, type FilterOptions } from './compile-filter.js'

/**
 * Tells whether a frame matches. Never throws.
 *
 * @param frame The frame as it was captured, from its link header on.
 * @param wireLength Its length on the wire (`len` in expressions). Default: it was captured whole.
 */
export type FramePredicate = (frame: Uint8Array, wireLength?: number) => boolean

/**
 * Compiles a pcap-filter(7) expression for frames of one link type, each in an array of its own.
 *
 * @param linkType LINKTYPE_ value. Default: ETHERNET.
 * @throws FilterSyntaxError (as rejection) when the expression is wrong or cannot be used with the link type.
 */
export async function framePredicate(
  expression: string,
  linkType = 1,
  options: FilterOptions = {},
): Promise<FramePredicate> {
  const filter = await compileFilter(expression, options)
  const matches = filter.forLinkType(linkType)
  return (frame, wireLength = frame.length) => matches(frame, 0, frame.length, wireLength)
}
