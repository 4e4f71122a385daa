/** Milliseconds of capture time between two times. */
export function elapsedMs(fromSec: number, fromNsec: number, toSec: number, toNsec: number): number {
  return (toSec - fromSec) * 1000 + (toNsec - fromNsec) / 1e6
}
