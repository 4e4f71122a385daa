import { countText } from '../figures.js'
import { safeJson } from '../safe-json.js'
import { ExitCode } from './exit-codes.js'
import { commandHelp } from './help.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'
import { parseOptions } from './parse-options.js'
import { printable } from './printable.js'
import type { Terminal } from './terminal.js'
import { jobFolderOf } from './work-command.js'

/** The first argument that asks how far a job is. */
export const STATUS = 'status'

/** Options of `status`, in the order of its help. */
export const STATUS_OPTIONS: readonly OptionRow[] = [
  { name: 'json', letter: 'j', help: 'as a JSON object' },
  ...OPTION_TABLE.filter(({ name }) => name === 'help'),
]

const HEAD = `pcap2conn status: says how far a job is

Usage: pcap2conn status JOB [--json]
`

const EXAMPLES = `Examples:
  pcap2conn status /shared/job
  sbatch --array="$(pcap2conn status /shared/job -j | jq -r .missing)" job.sbatch     # what is not done, once more

Exit codes: 0 done, whatever the job's state, 2 there is no job`

/**
 * Writes the state of a job to standard output.
 *
 * @param args The arguments after `status`.
 * @returns The exit code.
 * @throws ConfigError, InputError, OutputError
 */
export async function status(args: readonly string[], { stdout }: Terminal): Promise<number> {
  const { values, plain } = await parseOptions(args, STATUS_OPTIONS, STATUS)
  if (values.help === true) {
    stdout.write(`${[HEAD, commandHelp(STATUS_OPTIONS), '', EXAMPLES].join('\n')}\n`)
    return ExitCode.OK
  }
  const { openJob } = await import('../job/job.js')
  const { rangesText, statusOf } = await import('../job/job-status.js')
  const { tasks, done, missing, begun, differing, isFinished } = statusOf(openJob(jobFolderOf(plain)))
  if (values.json === true) {
    const object = { tasks, done, missing: rangesText(missing), begun, differing, finished: isFinished }
    stdout.write(`${safeJson(object)}\n`)
    return ExitCode.OK
  }
  const lines = [
    `tasks        ${countText(tasks)}`,
    `done         ${countText(done)}`,
    ...(missing.length === 0 ? [] : [`missing      ${countText(missing.length)}: ${rangesText(missing)}`]),
    ...(begun === 0 ? [] : [`begun        ${countText(begun)}, by workers that are alive or were killed`]),
    ...differing.map((name) => `problem      ${name}: two runs of the task have other results`),
    `finished     ${isFinished ? 'yes' : 'no'}`,
  ]
  stdout.write(`${lines.map(printable).join('\n')}\n`)
  return ExitCode.OK
}
