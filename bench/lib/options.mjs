/** An option that cannot be used. The message is a complete sentence for the user. */
export class UsageError extends Error {}

/**
 * Parses a whole number.
 *
 * @param {string} option name of the option, for the message
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

/**
 * Runs a bench. For a wrong option it prints the message and sets exit code 2.
 *
 * @param {() => Promise<void> | void} main
 */
export async function runBench(main) {
  try {
    await main()
  } catch (error) {
    const { code = '', message } = /** @type {NodeJS.ErrnoException} */ (error)
    // ENOENT: a file or folder named by the user does not exist.
    const isUsage = error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS') || code === 'ENOENT'
    if (!isUsage) throw error
    console.error(message)
    process.exitCode = 2
  }
}
