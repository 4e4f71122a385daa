import { compileFilter, type FilterOptions } from './compile-filter.js'

/**
 * Returns true when a frame matches. Never throws.
 *
 * @param frame The captured frame, from its link header on.
 * @param wireLength Its length on the wire (`len` in expressions). Default `frame.length`.
 */
export type FramePredicate = (frame: Uint8Array, wireLength?: number) => boolean

/**
 * Compiles a pcap-filter(7) expression for frames of one link type, each in its own array.
 *
 * @param linkType LINKTYPE_ value. Default 1 (ETHERNET).
 * @throws FilterSyntaxError (as a rejection) when the expression is invalid, also for this link type only.
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
