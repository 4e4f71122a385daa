import { once } from 'node:events'
import { integerOf, pathOf } from '../config/option-values.js'
import { ConfigError, OutputError } from '../errors.js'
import { RESULTS_OPTIONS } from './archive-options.js'
import { ExitCode } from './exit-codes.js'
import { commandHelp } from './help.js'
import type { OptionRow } from './option-table.js'
import { parseOptions } from './parse-options.js'
import { printable } from './printable.js'
import { refuseOtherFormats } from './report-command.js'
import type { Terminal } from './terminal.js'

/** The first argument that asks for the viewer. */
export const VIEW = 'view'

const MAX_PORT = 65_535

/** Options of the viewer, in the order of its help. */
export const VIEW_OPTIONS: readonly OptionRow[] = [
  ...RESULTS_OPTIONS,
  { name: 'port', value: 'N', help: 'port to listen on (default: a free one)' },
  { name: 'no-open', help: "print the address only, don't open it in a browser" },
  { name: 'help', letter: 'h', help: 'print this help and exit' },
]

const HEAD = `pcap2conn view: shows the connections of a finished run in a browser

Usage: pcap2conn view OUTDIR|ARCHIVE [options]

Serves a folder to this machine alone (127.0.0.1), at an address with a secret in it, until Ctrl-C: the
table of connections with filters, what the two sides said as text, hex and raw, gaps in place.
Of an archive (pcap2conn index, --map), payload is read in the captures when it is looked at.
`

const EXAMPLES = `Examples:
  pcap2conn a.pcap -o out -j --index out/index.jsonl     with times of chunks (-j)
  pcap2conn view out

Exit codes: 0 ended by Ctrl-C, 1 folder or index could not be read, 2 bad usage`

/**
 * Serves the folder that the arguments name until the process is told to end.
 *
 * @param args The arguments after `view`.
 * @param signal Ends the viewer. Default: SIGINT, SIGTERM and SIGHUP.
 * @returns The exit code.
 * @throws ConfigError, InputError
 */
export async function view(
  args: readonly string[],
  { stdout, stderr }: Terminal,
  signal?: AbortSignal,
): Promise<number> {
  const { values, plain } = await parseOptions(args, VIEW_OPTIONS, VIEW)
  if (values.help === true) {
    stdout.write(`${[HEAD, commandHelp(VIEW_OPTIONS), '', EXAMPLES].join('\n')}\n`)
    return ExitCode.OK
  }
  const [outputDir, other] = plain
  if (outputDir === undefined) throw new ConfigError('No folder: name the output folder of a run')
  if (other !== undefined)
    throw new ConfigError(`Cannot use ${printable(other)}: one folder is shown at a time`)
  const indexPath = values.index === undefined ? null : pathOf('--index', values.index)
  if (indexPath !== null) refuseOtherFormats(indexPath)
  const root = values.root === undefined ? null : pathOf('--root', values.root)
  const port = integerOf('--port', values.port, 0, 0, MAX_PORT)
  const { Viewer } = await import('../view/viewer.js')
  const viewer = await Viewer.open({ outputDir: pathOf('OUTDIR', outputDir), indexPath, root, port })
  const end = signal ?? untilSignal() // set before printing the address: its reader may end the viewer at once
  stdout.write(`${viewer.address}\n`)
  stderr.write(`${printable(`Showing ${viewer.indexPath} until Ctrl-C`)}\n`)
  let forget = () => {}
  if (values['no-open'] !== true) {
    const { openBrowser } = await import('../view/open-browser.js')
    try {
      forget = openBrowser(viewer.address)
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      stderr.write(`${printable(`${error.message}; open the address above yourself`)}\n`)
    }
  }
  if (!end.aborted) await once(end, 'abort')
  forget()
  await viewer.close()
  return ExitCode.OK
}

// Exit code 0: a signal is the normal way to end a viewer.
function untilSignal(): AbortSignal {
  const control = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => control.abort())
  return control.signal
}
