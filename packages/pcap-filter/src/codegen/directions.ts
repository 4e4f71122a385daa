import type { Direction } from '../syntax-tree.js'
import { and, type Block, or } from './blocks.js'

/**
 * Applies a direction to a test of one end. The default is `src or dst`. `other` makes the error for a direction that
 * exists only on 802.11.
 */
export function inDirection(
  direction: Direction | null,
  one: (end: 'src' | 'dst') => Block,
  other: (direction: Direction) => Error,
): Block {
  switch (direction) {
    case 'src':
    case 'dst':
      return one(direction)
    case 'src and dst':
      return and(one('src'), one('dst'))
    case 'src or dst':
    case null:
      return or(one('src'), one('dst'))
    default:
      throw other(direction)
  }
}
