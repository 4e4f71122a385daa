import { dirname } from 'node:path'
import { isBalanced, type Summary } from '../../src/summary.js'
import type { Fault, InjectedResult, Injection } from './injector.js'

/** What errors are called in messages. */
const REASONS: Readonly<Record<string, RegExp>> = {
  EACCES: /permission denied/,
  EIO: /i\/o error/,
  EMFILE: /too many open files/,
  ENOSPC: /no space left on device/,
  ESTALE: /stale file handle/,
}
const WHOLE_FILE = /^(?:x\.\w+|s\.json|r\.html)$/
/** What a run notes for a later one is looked at by that. */
export const NOTES = /\/\.pcap2conn\//
const RECORD = /\/\.pcap2conn\.json$/
/** Files that tell of the run, which is another one after a fault. */
const TELLS_OF_RUN = /^(?:s\.json|r\.html)$/
const STACK = /^ +at |node:internal|\bUncaught\b|file:\/\//m

/** What of a file does not depend on when it was written. */
function contentOf(path: string, bytes: Buffer): string {
  const text = bytes.toString('latin1')
  if (path === 's.json') return text.replace(/"seconds": [\d.]+/, '')
  return path === 'r.html' ? text.replace(/"(?:seconds|made)":\s*[^,}]+/g, '') : text
}

/** Paths whose files are not there, others, or more than in `expected`. */
function differences(expected: InjectedResult, actual: InjectedResult): string[] {
  const paths = new Set([...expected.files.keys(), ...actual.files.keys()])
  if (actual.code !== 0) paths.delete('-') // it had no end
  return [...paths].filter((path) => {
    const [a, b] = [expected.files.get(path), actual.files.get(path)]
    return a === undefined || b === undefined || contentOf(path, a) !== contentOf(path, b)
  })
}

/** The name that a user knows: partial files have another one. */
export function shownPath(fault: Fault): string {
  const path = fault.file.replace(/\.[0-9a-f]{12}\.(?:partial|jsonl)$/, '')
  const temporary = /^.*\/temp\/pcap2conn-[^/]*/.exec(path)
  return temporary === null ? path : temporary[0]
}

function isInput(path: string): boolean {
  return path === 'in' || path.startsWith('in/')
}

/** One connection's file is given up: records say that it is not there. */
function isOfFile({ file, code }: Fault): boolean {
  return file.startsWith('out/') && code === 'EACCES'
}

/** The codes that a run may end with. */
function codesOf({ code, file }: Fault, { lasts }: Injection): readonly number[] {
  const isShortage = code === 'EMFILE' || code === 'ESTALE'
  if (isInput(file) && !isShortage) return lasts && code !== 'EACCES' ? [1, 75] : [1]
  return code === 'EACCES' ? [1, 75] : [75]
}

/**
 * @param expected The same run without a fault, which ends with 0.
 * @param owners   Which input each result is made of; null: of several.
 * @returns What is wrong with a run in which one call failed: nothing, if all is right.
 */
export function troublesOf(
  expected: InjectedResult,
  actual: InjectedResult,
  injection: Injection,
  owners: ReadonlyMap<string, string | null>,
): string[] {
  const { code, signal, stderr, fault, files, temporary } = actual
  if (signal !== null) return [`it does not end: ${signal}`]
  const changed = differences(expected, actual)
  if (fault === null || code === 0) {
    const isSame = code === 0 && changed.length === 0 && temporary.length === 0
    return isSame ? [] : [`it ends with ${code}, but differs: ${changed} ${temporary}`]
  }
  const path = shownPath(fault)
  const codes = codesOf(fault, injection)
  const isNamed = (file: string) => stderr.includes(`"${file}`)
  const isToldOf = isNamed(path) || isNamed(dirname(path)) || (injection.lasts && /"[^"]+"/.test(stderr))
  const lacksInputs = isInput(path) || /^problem /m.test(stderr)
  const isTemporaryLeft = temporary.every(
    (name) => path.includes('/temp/') && isNamed(path.replace(/[^/]*$/, name)),
  )
  return [
    ...(codes.includes(code ?? -1) ? [] : [`it ends with ${code} instead of ${codes}`]),
    ...(STACK.test(stderr) ? ['standard error has a stack trace'] : []),
    ...(REASONS[fault.code]!.test(stderr) ? [] : ['it does not say why']),
    ...(isToldOf ? [] : [`it does not name ${path}`]),
    ...(isTemporaryLeft || injection.lasts ? [] : [`it leaves ${temporary}`]),
    ...changed.flatMap((one) => {
      const [before, after, owner] = [expected.files.get(one), files.get(one), owners.get(one) ?? null]
      if (TELLS_OF_RUN.test(one) || NOTES.test(one)) return []
      if (before === undefined) return [`it makes ${one}`]
      const isOfOther = owner !== null && owner !== path && !owner.startsWith(`${path}/`)
      if (isInput(path) && isOfOther && !injection.lasts) return [`it loses ${one} of another input`]
      if (RECORD.test(one)) return after === undefined ? [] : troublesOfRecord(one, after, changed)
      if (after === undefined || lacksInputs) return []
      if (WHOLE_FILE.test(one)) return isOfFile(fault) ? [] : [`${one} is there and not whole`]
      if (!before.subarray(0, after.length).equals(after)) return [`${one} has other content`]
      // Where the disk has failed for good, the first of its files is named.
      return isNamed(one) || (injection.lasts && code === 75) ? [] : [`${one} is not whole and not named`]
    }),
    ...troublesOfSummary(files.get('s.json')),
  ]
}

// What says that it is complete is so.
function troublesOfRecord(path: string, record: Buffer, changed: readonly string[]): string[] {
  const { complete } = JSON.parse(record.toString()) as { complete: boolean }
  const others = changed.filter((one) => one !== path && dirname(one) === dirname(path))
  return complete && others.length > 0 ? [`${path} says that it is complete, but not so are ${others}`] : []
}

function troublesOfSummary(bytes: Buffer | undefined): string[] {
  if (bytes === undefined) return []
  const { packets, inputs, errors } = JSON.parse(bytes.toString()) as Summary
  const untold = (errors.length > 0 ? [] : inputs).filter(
    ({ status, problems }) => (status === 'partial' || status === 'failed') && problems.length === 0,
  )
  return [
    ...(isBalanced(packets) ? [] : [`packets do not balance: ${JSON.stringify(packets)}`]),
    ...untold.map(({ path, status }) => `no problem says why ${path} is ${status}`),
  ]
}
