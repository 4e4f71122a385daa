/** What the user gave cannot be used; the message is the whole sentence. */
export class UsageError extends Error {}

/**
 * A whole number that the user gave.
 *
 * @param {string} option its name, for the message
 * @param {string} text
 * @param {number} least
 * @returns {number}
 */
export function wholeNumber(option, text, least) {
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw new UsageError(`Cannot use ${option} ${text}: must be a whole number, at least ${least}`)
  return value
}

/** Runs a bench; what is wrong with its options is one sentence and exit code 2. @param {() => Promise<void> | void} main */
export async function runBench(main) {
  try {
    await main()
  } catch (error) {
    const { code = '', message } = /** @type {NodeJS.ErrnoException} */ (error)
    // A file or folder that was named is not there.
    const isUsage = error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS') || code === 'ENOENT'
    if (!isUsage) throw error
    console.error(message)
    process.exitCode = 2
  }
}
