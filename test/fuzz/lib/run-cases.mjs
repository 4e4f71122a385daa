import { Random } from '../../../fixtures/generator/random.mjs'
import { makeTargets } from '../targets/all.mjs'
import { caseOf, GuidedCases } from './case-source.mjs'
import { Coverage } from './coverage.mjs'
import { CurrentCase } from './current-case.mjs'
import { minimised } from './minimise.mjs'
import { SeedCaptures } from './seed-captures.mjs'

/** @typedef {import('./target.mjs').Target} Target */

/** How long one target is at work before the next one. */
const SLICE_MS = 150
const REPORT_MS = 1000

/**
 * @typedef {object} JobOptions
 * @property {number} seed
 * @property {readonly string[]} targets names
 * @property {number} seconds
 * @property {readonly string[]} corpus folders
 * @property {string} fixtures folder
 * @property {string} folder the job's own
 * @property {boolean} isGuided go on from inputs that reach new code
 * @property {SharedArrayBuffer} current
 */

/**
 * What a job says: cases run so far, by target, or a case that failed.
 *
 * @typedef {{ kind: 'cases', cases: Record<string, number> } | { kind: 'failure', failure: Failure }} JobMessage
 */

/**
 * @typedef {object} Failure
 * @property {string} target
 * @property {number} number of the case
 * @property {number} salt seed of what the input does not decide
 * @property {Uint8Array} input
 * @property {string} message
 */

/** @param {Pick<JobOptions, 'targets' | 'corpus' | 'fixtures' | 'folder'>} options @returns {Promise<Target[]>} */
export function targetsOf({ targets, corpus, fixtures, folder }) {
  const surroundings = {
    captures: new SeedCaptures([fixtures, ...corpus]),
    fixtures: new SeedCaptures([fixtures]),
    folder,
  }
  return makeTargets(targets, surroundings)
}

/** Runs all targets in turn, until the time is over or a case fails. @param {JobOptions} options @param {(message: JobMessage) => void} say */
export async function runJob(options, say) {
  const targets = await targetsOf(options)
  const current = new CurrentCase(options.current)
  const guided = options.isGuided ? new GuidedCases() : null
  const coverage = options.isGuided ? new Coverage() : null
  const numbers = targets.map(() => 0)
  const cases = () => Object.fromEntries(targets.map(({ name }, i) => [name, numbers[i] ?? 0]))
  const end = performance.now() + 1000 * options.seconds
  let reportAt = 0
  for (let turn = 0; performance.now() < end; turn++) {
    const which = turn % targets.length
    const target = /** @type {Target} */ (targets[which])
    const sliceEnd = Math.min(end, performance.now() + SLICE_MS)
    do {
      const number = numbers[which] ?? 0
      const { input, salt } =
        guided === null ? caseOf(target, options.seed, number) : guided.next(target, options.seed, number)
      current.begin(which, number, salt, input)
      const message = await failureOf(target, input, salt)
      numbers[which] = number + 1
      if (coverage?.hasGrown()) guided?.keep(target, input)
      if (message !== null) {
        const small = await minimised(input, target.unitBytes ?? 1, message, (smaller) =>
          failureOf(target, smaller, salt),
        )
        say({ kind: 'cases', cases: cases() })
        say({ kind: 'failure', failure: { target: target.name, number, salt, input: small, message } })
        return
      }
    } while (performance.now() < sliceEnd)
    if (performance.now() < reportAt) continue
    reportAt = performance.now() + REPORT_MS
    say({ kind: 'cases', cases: cases() })
  }
  say({ kind: 'cases', cases: cases() })
}

/** What went wrong, as text; null: nothing. @param {Target} target @param {Uint8Array} input @param {number} salt */
export async function failureOf(target, input, salt) {
  try {
    await target.run(Uint8Array.from(input), new Random(salt))
    return null
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}
