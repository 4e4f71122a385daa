/** A property that does not hold. */
export class PropertyFailure extends Error {
  /** @override */
  name = 'PropertyFailure'
}

/**
 * @param {boolean} holds
 * @param {() => string} claim What should have held, with what was found.
 */
export function mustHold(holds, claim) {
  if (!holds) throw new PropertyFailure(claim())
}

/**
 * @param {unknown} first
 * @param {unknown} second
 * @param {string} what
 */
export function mustAgree(first, second, what) {
  const [a, b] = [JSON.stringify(first) ?? 'undefined', JSON.stringify(second) ?? 'undefined']
  if (a === b) return
  let at = 0
  while (a[at] === b[at]) at += 1
  const from = Math.max(0, at - 100)
  throw new PropertyFailure(
    `${what} must agree: …${a.slice(from, at + 200)} is not …${b.slice(from, at + 200)}`,
  )
}

/** FNV-1a of a range, for comparing contents. @param {Uint8Array} bytes @param {number} from @param {number} to @param {number} hash */
export function hashBytes(bytes, from, to, hash = 0x811c_9dc5) {
  let result = hash
  for (let at = from; at < to; at++) result = Math.imul(result ^ (bytes[at] ?? 0), 0x0100_0193)
  return result >>> 0
}

/** No control character but line ends. @param {string} text */
export function isPlain(text) {
  return [...text].every(
    (character) =>
      character === '\n' ||
      character === '\r' ||
      (character >= ' ' && !(character >= '\x7f' && character <= '\x9f')),
  )
}

/** No half of a character: what others could not read as UTF-8. @param {string} text */
export function isText(text) {
  return !/\p{Surrogate}/u.test(text)
}
