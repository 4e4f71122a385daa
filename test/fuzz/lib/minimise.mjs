import { anatomyOf } from './capture-parts.mjs'
import { concat } from './mutate-bytes.mjs'

const MAX_MS = 20_000

/**
 * A smaller input that fails in the same way, found within 20 seconds: units are left out, then bytes become zero.
 *
 * @param {Uint8Array} input
 * @param {number} unitBytes what the input is made of, where it is no capture
 * @param {string} message how it fails
 * @param {(input: Uint8Array) => Promise<string | null>} failureOf
 */
export async function minimised(input, unitBytes, message, failureOf) {
  const wanted = kindOf(message)
  const end = performance.now() + MAX_MS
  let best = input
  const tryIt = async (/** @type {Uint8Array} */ smaller) => {
    const found = await failureOf(smaller)
    if (found === null || kindOf(found) !== wanted) return false
    best = smaller
    return true
  }
  for (const cut of [capturePieces, (/** @type {Uint8Array} */ bytes) => piecesOf(bytes, unitBytes)]) {
    for (
      let count = Math.ceil(cut(best).length / 2);
      count >= 1;
      count = count === 1 ? 0 : Math.ceil(count / 2)
    ) {
      for (let at = 0; at < cut(best).length && performance.now() < end; ) {
        const pieces = cut(best)
        if (!(await tryIt(concat([...pieces.slice(0, at), ...pieces.slice(at + count)])))) at += count
      }
    }
  }
  for (let at = 0; at < best.length && performance.now() < end; at++) {
    if (best[at] === 0) continue
    const plainer = Uint8Array.from(best)
    plainer[at] = 0
    await tryIt(plainer)
  }
  return best
}

/** The header, the records or blocks, and what follows them. @param {Uint8Array} bytes */
function capturePieces(bytes) {
  const { parts = [], headerBytes = 0 } = anatomyOf(bytes) ?? {}
  const rest = bytes.subarray(parts.at(-1)?.to ?? headerBytes)
  const pieces = [
    bytes.subarray(0, headerBytes),
    ...parts.map(({ from, to }) => bytes.subarray(from, to)),
    rest,
  ]
  return pieces.filter((piece) => piece.length > 0)
}

/** @param {Uint8Array} bytes @param {number} unitBytes */
function piecesOf(bytes, unitBytes) {
  const count = Math.ceil(bytes.length / unitBytes)
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * unitBytes, (i + 1) * unitBytes))
}

/** The failure without the numbers that differ from input to input. @param {string} message */
export function kindOf(message) {
  const [first = '', ...rest] = message.split('\n')
  const place = rest.find((line) => line.includes('/dist/')) ?? ''
  return `${first.slice(0, 60).replace(/[\d…].*/, '')}|${/dist\/[^:]*/.exec(place)?.[0] ?? ''}`
}
