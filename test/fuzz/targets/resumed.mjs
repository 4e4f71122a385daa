// Runs with --resume over what earlier ones have left, after somebody has changed records, results and inputs.

import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ConfigError, convert, OutputError } from '../../../dist/index.js'
import { filesBelow, treeOf, useTempFolder } from '../lib/folders.mjs'
import { isPlain, mustAgree, mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */

/** Bytes of a step: what is done, to which capture, and two numbers. */
const STEP_BYTES = 4
const MOST_STEPS = 12
/** Names of inputs; two have one base name. */
const INPUTS = ['day1/a.pcap', 'day2/a.pcap', 'b.pcap.gz']
const FIRST_TIME = 1_700_000_000
const OTHER_FILE = 'notes.txt'
/** Records, and what runs keep for later ones. */
const RECORD = /(?:^|\/)\.pcap2conn(?:\.json$|\/)/

/** @type {import('../lib/target.mjs').TargetMaker} */
export const resumed = ({ fixtures, folder }) => {
  const seeds = fixtures.paths.filter((path) => !path.includes('damaged'))
  return {
    name: 'resumed',
    unitBytes: STEP_BYTES,
    // The first step decides which captures there are.
    make: (random) =>
      Uint8Array.from({ length: STEP_BYTES * random.between(2, MOST_STEPS) }, () => random.below(256)),
    run: async (steps, random) => {
      const archive = new Archive(join(folder, 'resumed'), seeds, random)
      try {
        for (const [i, name] of INPUTS.entries()) archive.writeInput(name, steps[i] ?? 0)
        for (let at = STEP_BYTES; at + STEP_BYTES <= steps.length; at += STEP_BYTES)
          await archive.step(steps.subarray(at, at + STEP_BYTES))
        await archive.checkLastRun()
      } finally {
        archive.remove()
      }
    },
  }
}

/** Inputs, an output folder, and what is known of it. */
class Archive {
  /** @param {string} home @param {readonly string[]} seeds paths of captures @param {Random} random */
  constructor(home, seeds, random) {
    this.home = home
    this.seeds = seeds
    this.out = join(home, 'out')
    this.temp = join(home, 'temp')
    this.time = FIRST_TIME
    this.options = {
      inputFile: join(home, 'in'),
      utc: true,
      perFile: random.chance(0.7),
      separateSides: random.chance(0.5),
      writeMetadata: random.chance(0.3),
      ...(random.chance(0.1) ? { workers: 2 } : {}),
    }
    /** Whose files are in the output folder may have been forgotten: others can be left there. */
    this.isForgotten = false
    mkdirSync(this.temp, { recursive: true })
    this.leaveTemp = useTempFolder(this.temp)
  }

  /** @param {string} name @param {number} seed */
  writeInput(name, seed) {
    const path = join(this.home, 'in', name)
    mkdirSync(dirname(path), { recursive: true })
    const bytes = readFileSync(this.seeds[seed % this.seeds.length] ?? '')
    writeFileSync(path, name.endsWith('.gz') && bytes[0] !== 0x1f ? gzipSync(bytes) : bytes)
    this.touch(name)
  }

  /** @param {string} name */
  touch(name) {
    this.time += 1
    utimesSync(join(this.home, 'in', name), this.time, this.time)
  }

  /** @param {Uint8Array} step */
  async step([kind = 0, which = 0, a = 0, b = 0]) {
    const name = INPUTS[which % INPUTS.length] ?? ''
    const record = pickOf(this.records(), which)
    const result = pickOf(this.results(), a)
    switch (kind % 12) {
      case 0:
      case 1:
      case 2:
        await this.run(this.options)
        return
      case 3:
        await this.run({ ...this.options, separateSides: !this.options.separateSides })
        return
      case 4:
        this.writeInput(name, a)
        return
      case 5:
        this.touch(name)
        return
      case 6:
        if (result !== undefined) unlinkSync(result)
        return
      case 7:
        if (result !== undefined) changeLength(result, b)
        return
      case 8:
        if (record !== undefined) writeFileSync(join(dirname(record), OTHER_FILE), 'mine')
        return
      default:
        if (record !== undefined) this.changeRecord(record, kind, a, b)
    }
  }

  /** @param {string} record @param {number} kind @param {number} a @param {number} b */
  changeRecord(record, kind, a, b) {
    this.isForgotten = true
    if (!lstatSync(record).isFile()) {
      unlinkSync(record)
      return
    }
    const text = readFileSync(record, 'latin1')
    const other = pickOf(this.records(), b) ?? record
    switch (kind % 7) {
      case 0:
        truncateSync(record, Math.floor((text.length * a) / 256))
        return
      case 1:
        unlinkSync(record)
        return
      case 2:
        if (other !== record && lstatSync(other).isFile()) copyFileSync(other, record)
        return
      case 3:
        writeFileSync(record, text.replace('"complete":false', '"complete":true'))
        return
      case 4:
        unlinkSync(record)
        spawnSync('mkfifo', ['-m', '600', record])
        return
      case 5:
        writeFileSync(
          record,
          text.replace(/\d+/g, (number) => (number.length % 3 === a % 3 ? `${b}` : number)),
        )
        return
      default:
        writeFileSync(record, `${text.slice(0, a)}${String.fromCharCode(b)}${text.slice(a + 1)}`, 'latin1')
    }
  }

  records() {
    return filesBelow(this.out).filter((path) => RECORD.test(path))
  }

  results() {
    return filesBelow(this.out).filter(
      (path) => path.endsWith('.txt') && !path.endsWith(OTHER_FILE) && !RECORD.test(path),
    )
  }

  /** @param {import('../../../dist/index.js').ConvertOptions} options @returns {Promise<boolean>} true: all was done */
  async run(options) {
    try {
      const index = join(this.home, 'index.jsonl')
      const { errors, inputs } = await convert({ ...options, outputDir: this.out, index, resume: true })
      for (const error of errors) mustHold(isPlain(error), () => `Message must be for people: found ${error}`)
      return errors.length === 0 && inputs.every(({ status }) => status === 'ok' || status === 'skipped')
    } catch (error) {
      if (!(error instanceof OutputError || error instanceof ConfigError)) throw error
      mustHold(isPlain(error.message), () => `Message must be for people: found ${error.message}`)
      return false
    }
  }

  /** The run that is claimed to be whole has what one has that begins with nothing. */
  async checkLastRun() {
    const fresh = join(this.home, 'fresh')
    await convert({ ...this.options, outputDir: fresh, index: join(this.home, 'fresh.jsonl') })
    const isWhole = (await this.run(this.options)) || (await this.run({ ...this.options, force: true }))
    mustHold(isWhole, () => 'With --force all is made again')
    const expected = treeOf(fresh)
    const names = new Set(expected.map(([name]) => name))
    const found = this.tree().filter(([name]) => !this.isForgotten || names.has(name))
    mustAgree(found, expected, 'Files of a resumed run, and of one that begins with nothing,')
    const lines = (/** @type {string} */ name) => readFileSync(join(this.home, name), 'utf8').split('\n')
    mustAgree(lines('index.jsonl'), lines('fresh.jsonl'), 'Their indexes')
    // Once more: nothing is to be done, and nothing changes.
    if (!this.isForgotten) {
      await this.run(this.options)
      mustAgree(this.tree(), expected, 'Files of the run after that')
    }
  }

  tree() {
    return treeOf(this.out, (name) => !RECORD.test(name) && !name.endsWith(OTHER_FILE))
  }

  remove() {
    this.leaveTemp()
    if (existsSync(this.home)) rmSync(this.home, { recursive: true })
  }
}

/** @template T @param {readonly T[]} list @param {number} number */
function pickOf(list, number) {
  return list[number % Math.max(1, list.length)]
}

/** @param {string} path @param {number} bytes */
function changeLength(path, bytes) {
  if (bytes % 2 === 0) appendFileSync(path, 'more')
  else truncateSync(path, Math.max(0, readFileSync(path).length - 1 - (bytes >> 4)))
}
