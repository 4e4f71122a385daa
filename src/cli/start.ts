import { packageVersion } from '../version.js'

/**
 * Starts the program. `--version` is answered here without loading the rest; if it cannot be written, the rest says
 * why.
 *
 * @param args What follows the program's name.
 * @returns The exit code. Never rejects.
 */
export async function start(args: readonly string[]): Promise<number> {
  if (args.length === 1 && (args[0] === '-v' || args[0] === '--version')) {
    process.stdout.on('error', () => {})
    const error = await new Promise((resolve) => {
      process.stdout.write(`${packageVersion()}\n`, resolve)
    })
    if (!error) return 0
  }
  const { main } = await import('./main.js')
  return main(args)
}
