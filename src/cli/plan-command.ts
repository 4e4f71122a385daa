import { integerOf, pathOf, refusal } from '../config/option-values.js'
import { ConfigError } from '../errors.js'
import { bytesText, countText } from '../figures.js'
import { ExitCode } from './exit-codes.js'
import { commandHelp } from './help.js'
import { OPTION_TABLE, type OptionRow, optionLabel } from './option-table.js'
import { parseOptions } from './parse-options.js'
import { printable } from './printable.js'
import { durationText } from './progress.js'
import { skippedLines } from './run-lines.js'
import type { Terminal } from './terminal.js'

/** The first argument that asks for a job. */
export const PLAN = 'plan'

const MOST_SHARDS = 65_536
const FORMS = ['archive', 'files'] as const
/** Options of a conversion on which the files of connections depend. */
const FILE_OPTIONS = new Set([
  'separate-sides',
  'write-metadata',
  'json',
  'chunks-header',
  'gaps',
  'pcap',
  'no-payload',
])
/** Other options of a conversion that a job has, too. */
const SHARED = new Set([
  'input-file',
  'filter',
  'link-type',
  'no-decap',
  'decode-as',
  'dedup',
  'key',
  'overlap',
  'tcp-timeout',
  'udp-timeout',
  'max-bytes',
  'no-service',
  'hash',
  'seed',
  'seed-file',
  'quiet',
  'help',
])
/** Bytes of short connections that a task indexes in a second with one worker, for the estimate; of bulk it is eight times as many. */
const BYTES_PER_SEC = 150e6

/** Options of `plan`, in the order of its help. */
export const PLAN_OPTIONS: readonly OptionRow[] = [
  {
    name: 'output-dir',
    letter: 'o',
    value: 'JOB',
    offer: 'folders',
    help: 'the job: a folder that all machines see, made if absent',
  },
  {
    name: 'shards',
    value: 'N',
    help: 'parts of each capture, a task each, which all read it and share its connections (default: 1)',
  },
  {
    name: 'capture',
    value: 'NAME',
    help: 'the named part of the pattern, such as sensor for {sensor}, that tells captures apart: connections never cross them',
  },
  {
    name: 'pieces',
    value: 'NAME',
    help: 'the named part by which a capture is cut into pieces: connections end there, and finish says how many',
  },
  {
    name: 'as',
    value: 'FORM',
    offer: FORMS,
    help: 'archive (default), as pcap2conn index makes it, or files: the files of connections, too',
  },
  { name: 'dry-run', help: 'say what the tasks would be, and make nothing' },
  ...OPTION_TABLE.filter(({ name }) => SHARED.has(name) || FILE_OPTIONS.has(name)),
]

const HEAD = `pcap2conn plan: shares captures out as tasks for several machines

Usage: pcap2conn plan CAPTURES ... -o JOB --shards N [options]
       pcap2conn plan 'archive/{sensor}/{day}/*.pcap*' -o JOB --capture sensor --pieces day

JOB gets a manifest and a secret seed. Then any engine does the tasks 0 to N - 1, in any order (pcap2conn work),
and pcap2conn finish puts their results together: what one run makes, to the byte, with times in names in UTC.
`

const EXAMPLES = `Examples:
  pcap2conn plan '/shared/captures/*.pcap.gz' -o /shared/job --shards 8
  pcap2conn work /shared/job --all --jobs 4     # on one machine
  pcap2conn finish /shared/job

Exit codes: 0 done, 1 an input cannot be read or the folder is not empty, 2 bad usage`

/**
 * Plans a job.
 *
 * @param args The arguments after `plan`.
 * @returns The exit code.
 * @throws ConfigError, InputError, OutputError
 */
export async function plan(args: readonly string[], { stdout, stderr }: Terminal): Promise<number> {
  const { values, plain } = await parseOptions(args, PLAN_OPTIONS, PLAN)
  if (values.help === true) {
    stdout.write(`${[HEAD, commandHelp(PLAN_OPTIONS), '', EXAMPLES].join('\n')}\n`)
    return ExitCode.OK
  }
  const { 'output-dir': job, 'input-file': named, as, shards, capture, pieces, seed, ...others } = values
  const { 'seed-file': seedFile, 'dry-run': isDry, quiet, ...options } = others
  if (job === undefined) throw new ConfigError('No job: name its folder with -o/--output-dir')
  if (seed !== undefined && seedFile !== undefined)
    throw new ConfigError('Cannot use --seed with --seed-file: the seed is one or the other')
  const form = FORMS.find((name) => name === (as ?? 'archive'))
  if (form === undefined) throw refusal('--as', as, FORMS.join(' or '))
  if (form === 'archive') refuseFileOptions(options)
  const inputs = [named ?? [], plain].flat() as string[]
  if (inputs.length === 0) throw new ConfigError('No input: name a capture file, a folder or a pattern')
  const folder = pathOf('-o/--output-dir', job)
  const { makeJob, planJob } = await import('../job/plan-job.js')
  const planned = await planJob({
    folder,
    inputs: inputs.map((input) => pathOf('-r/--input-file', input)),
    options: Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value])),
    results: form,
    shards: integerOf('--shards', shards, 1, 1, MOST_SHARDS),
    capture: nameOf('--capture', capture),
    pieces: nameOf('--pieces', pieces),
  })
  const seedOf =
    seed !== undefined
      ? { text: textOf('--seed', seed) }
      : seedFile !== undefined
        ? { file: pathOf('--seed-file', seedFile) }
        : null
  if (isDry !== true) makeJob(folder, planned, seedOf)
  const say = (line: string) => (isDry === true ? stdout : stderr).write(`${printable(line)}\n`)
  if (quiet !== true || isDry === true) {
    for (const line of skippedLines(planned.skipped)) say(line)
    for (const line of planLines(planned.manifest)) say(line)
  }
  return ExitCode.OK
}

function refuseFileOptions(options: Readonly<Record<string, unknown>>): void {
  const row = PLAN_OPTIONS.find(({ name }) => FILE_OPTIONS.has(name) && options[name] !== undefined)
  if (row !== undefined)
    throw new ConfigError(
      `Cannot use ${optionLabel(row)} without --as files: an archive has no files of connections`,
    )
}

function nameOf(label: string, value: unknown): string | null {
  if (value === undefined) return null
  if (typeof value === 'string' && /^[A-Za-z_]\w*$/.test(value)) return value
  throw refusal(label, value, 'the name of a part of the pattern, such as sensor for {sensor}')
}

function textOf(label: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw refusal(label, value, 'a text')
}

interface Planned {
  readonly shards: number
  readonly captures: readonly { readonly inputs: readonly { readonly bytes: number }[] }[]
}

function planLines({ shards, captures }: Planned): string[] {
  const sizes = captures.map(({ inputs }) => inputs.reduce((sum, { bytes }) => sum + bytes, 0))
  const files = captures.reduce((sum, { inputs }) => sum + inputs.length, 0)
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0)
  const largest = sizes.reduce((most, bytes) => Math.max(most, bytes), 0)
  const tasks = captures.length * shards
  const noun = (count: number, one: string) => `${countText(count)} ${one}${count === 1 ? '' : 's'}`
  return [
    `inputs       ${noun(files, 'file')}, ${bytesText(total)}, ${noun(captures.length, 'capture')} of ${noun(shards, 'part')} each`,
    `tasks        ${countText(tasks)}: 0 to ${tasks - 1}; the largest reads ${bytesText(largest)}`,
    `estimate     ${durationText(largest / BYTES_PER_SEC)} for the largest task, ${durationText((total * shards) / BYTES_PER_SEC)} for all, by one worker`,
  ]
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase())
}
