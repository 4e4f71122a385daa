import { countText } from '../figures.js'
import { ExitCode, exitCodeOf } from './exit-codes.js'
import { commandHelp } from './help.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'
import { parseOptions } from './parse-options.js'
import { printable } from './printable.js'
import { problemLines, reportLines } from './run-lines.js'
import { alarming, type Terminal } from './terminal.js'
import { jobFolderOf } from './work-command.js'

/** The first argument that asks for the results of a job. */
export const FINISH = 'finish'

/** Options of `finish`, in the order of its help. */
export const FINISH_OPTIONS: readonly OptionRow[] = OPTION_TABLE.filter(
  ({ name }) => name === 'quiet' || name === 'help',
)

const HEAD = `pcap2conn finish: puts the results of a job's tasks together

Usage: pcap2conn finish JOB

JOB, or a folder in it for each capture, becomes an archive, with the files of connections beside it if they were
asked for, and summary.json. It can be called again, also when an earlier call was killed.
`

const EXAMPLES = `Examples:
  pcap2conn finish /shared/job
  pcap2conn get /shared/job --where 'resp_bytes > 1M' -o out
  pcap2conn view /shared/job

Exit codes: 0 done, 1 done, but an input is damaged (and is named), 2 bad usage, 70 two runs of a task have other
results, or another bug, 75 tasks are not done (and are named), or something is lacking: try again`

/**
 * Finishes a job.
 *
 * @param args The arguments after `finish`.
 * @returns The exit code.
 * @throws ConfigError, InputError, OutputError
 */
export async function finish(args: readonly string[], { stdout, stderr }: Terminal): Promise<number> {
  const { values, plain } = await parseOptions(args, FINISH_OPTIONS, FINISH)
  if (values.help === true) {
    stdout.write(`${[HEAD, commandHelp(FINISH_OPTIONS), '', EXAMPLES].join('\n')}\n`)
    return ExitCode.OK
  }
  const say = (text: string) => {
    if (values.quiet !== true) stderr.write(`${printable(text)}\n`)
  }
  const { openJob } = await import('../job/job.js')
  const { finishJob } = await import('../job/finish-job.js')
  const job = openJob(jobFolderOf(plain))
  const { summary, folders, cut } = await finishJob(job, say)
  for (const line of values.quiet === true ? [] : reportLines(summary)) say(line)
  for (const line of problemLines(summary)) stderr.write(`${alarming(line, stderr)}\n`)
  if (job.manifest.captures.some(({ pieceOf }) => pieceOf !== null))
    say(`cut          ${countText(cut)} connections end where a piece does`)
  const [first = ''] = folders
  say(`results      ${folders.length === 1 ? first : `${countText(folders.length)} folders: ${first}, ...`}`)
  return exitCodeOf(summary)
}
