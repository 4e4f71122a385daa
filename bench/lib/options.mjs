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
    throw new RangeError(`Cannot use ${option} ${text}: must be a whole number, at least ${least}`)
  return value
}

/** Runs a bench; what is wrong with its options is one sentence and exit code 2. @param {() => Promise<void> | void} main */
export async function runBench(main) {
  try {
    await main()
  } catch (error) {
    const { code = '', message } = /** @type {NodeJS.ErrnoException} */ (error)
    const isUsage = error instanceof RangeError || code.startsWith('ERR_PARSE_ARGS') || code.startsWith('ENO')
    if (!isUsage) throw error
    console.error(message)
    process.exitCode = 2
  }
}
