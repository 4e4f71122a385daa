import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConfigError, InputError, OutputError } from '../../src/errors.js'
import { openJob } from '../../src/job/job.js'
import { type JobRequest, makeJob, planJob } from '../../src/job/plan-job.js'
import { tempFolder } from '../output/support.js'

const folder = mkdtempSync(join(tmpdir(), 'plan-job-'))
afterAll(() => rmSync(folder, { recursive: true }))
const captures = join(folder, 'in')
const request = (more: Partial<JobRequest>): JobRequest => ({
  folder: join(folder, 'job'),
  inputs: [captures],
  options: {},
  results: 'archive',
  shards: 2,
  capture: null,
  pieces: null,
  ...more,
})

beforeAll(() => {
  for (const [i, name] of ['b/2/x.pcap', 'b/1/x.pcap', 'a/1/x.pcap', 'a/1/w.pcap.gz'].entries()) {
    mkdirSync(join(captures, name, '..'), { recursive: true })
    const source = ['idle.pcap', 'dns.pcap', 'reset.pcap', 'http.pcap.gz'][i]!
    copyFileSync(join('fixtures', source), join(captures, name))
  }
  writeFileSync(join(captures, 'notes.txt'), 'no capture')
  mkdirSync(join(captures, 'old'))
  writeFileSync(join(captures, 'old', 'pcap2conn-job.json'), '{}')
  copyFileSync('fixtures/dns.pcap', join(captures, 'old', 'left.pcap'))
})

const namesOf = async (more: Partial<JobRequest>) => {
  const { manifest } = await planJob(request(more))
  return manifest.captures.map(({ name, pieceOf, inputs }) => [name, pieceOf, inputs.length])
}

describe('planJob()', () => {
  it('takes all captures as one, in the order of their first packets, and leaves out what is none', async () => {
    const { manifest, skipped } = await planJob(request({}))
    const [whole] = manifest.captures
    expect(manifest.captures).toHaveLength(1)
    expect(whole!.name).toBe('')
    const firsts = whole!.inputs.map(({ first }) => first!)
    expect(firsts).toHaveLength(4)
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b))
    expect(whole!.inputs[0]).toMatchObject({
      bytes: expect.any(Number),
      sha256: expect.stringMatching(/^\w{64}$/),
    })
    expect(skipped).toMatchObject({ not_capture: 1, own_results: 1 })
  })

  const inputs = [join(captures, '{sensor}/{day}/*.pcap*')]
  it.each<[string, Partial<JobRequest>, unknown]>([
    [
      'captures',
      { capture: 'sensor' },
      [
        ['a', null, 2],
        ['b', null, 2],
      ],
    ],
    [
      'pieces',
      { pieces: 'day' },
      [
        ['1', '', 3],
        ['2', '', 1],
      ],
    ],
    [
      'pieces of captures',
      { capture: 'sensor', pieces: 'day' },
      [
        ['a/1', 'a', 2],
        ['b/1', 'b', 1],
        ['b/2', 'b', 1],
      ],
    ],
  ])('tells %s apart', async (_what, more, names) => {
    expect(await namesOf({ inputs, ...more })).toEqual(names)
  })

  it.each<[string, Partial<JobRequest>, new (...args: never[]) => Error, string]>([
    ['a name that no pattern has', { inputs, capture: 'site' }, ConfigError, 'has no part {site}'],
    ['a name without a pattern', { capture: 'sensor' }, ConfigError, 'has no part {sensor}'],
    ['one name for both', { inputs, capture: 'day', pieces: 'day' }, ConfigError, 'has the same value'],
    ['standard input', { inputs: ['-'] }, ConfigError, 'it can be read only once'],
    ['a file that is not there', { inputs: ['none.pcap'] }, InputError, 'none.pcap'],
    ['a pattern without files', { inputs: [join(captures, '*.none')] }, InputError, 'No file matches'],
    ['no capture', { inputs: [join(captures, '*.txt')] }, InputError, 'No input is a capture'],
    ['too many tasks', { inputs, capture: 'sensor', shards: 600_000 }, ConfigError, 'at most 1000000'],
    ['impossible options', { options: { gaps: 'none' } }, ConfigError, 'Cannot use --gaps none'],
  ])('refuses %s', async (_what, more, kind, problem) => {
    const planned = planJob(request(more))
    await expect(planned).rejects.toThrow(kind)
    await expect(planned).rejects.toThrow(problem)
  })

  it('refuses a capture with a name that jobs use themselves', async () => {
    const other = tempFolder()
    mkdirSync(join(other, 'tasks'))
    copyFileSync('fixtures/dns.pcap', join(other, 'tasks', 'a.pcap'))
    const planned = planJob(request({ inputs: [join(other, '{s}/*.pcap')], capture: 's' }))
    await expect(planned).rejects.toThrow('"tasks", is a name that jobs use themselves')
  })
})

describe('makeJob()', () => {
  it('makes a folder that appears when it is complete, with a seed that others cannot read', async () => {
    const job = join(tempFolder(), 'new', 'job')
    makeJob(job, await planJob(request({})), null)
    expect(readdirSync(job).sort()).toEqual(['pcap2conn-job.json', 'seed', 'tasks'])
    expect(statSync(join(job, 'seed')).mode & 0o777).toBe(0o600)
    const seed = readFileSync(join(job, 'seed'), 'utf8')
    expect(seed).toMatch(/^[0-9a-f]{64}$/)
    expect(readFileSync(join(job, 'pcap2conn-job.json'), 'utf8')).not.toContain(seed)
    expect(openJob(job).tasks).toBe(2)
    expect(readdirSync(join(job, '..'))).toEqual(['job'])
  })

  it('takes a seed as text or from a file', async () => {
    const plan = await planJob(request({}))
    const parent = tempFolder()
    writeFileSync(join(parent, 'mine'), 'secret\n')
    makeJob(join(parent, 'a'), plan, { text: 'secret' })
    makeJob(join(parent, 'b'), plan, { file: join(parent, 'mine') })
    expect(openJob(join(parent, 'a')).manifest.seed).toBe(openJob(join(parent, 'b')).manifest.seed)
    expect(() => makeJob(join(parent, 'c'), plan, { file: join(parent, 'none') })).toThrow(ConfigError)
    expect(existsSync(join(parent, 'c'))).toBe(false)
    expect(readdirSync(parent).sort()).toEqual(['a', 'b', 'mine'])
  })

  it('takes an empty folder, and leaves one with files alone', async () => {
    const plan = await planJob(request({}))
    const parent = tempFolder()
    mkdirSync(join(parent, 'empty'))
    makeJob(join(parent, 'empty'), plan, null)
    expect(() => makeJob(join(parent, 'empty'), plan, null)).toThrow(OutputError)
    expect(() => makeJob(join(parent, 'empty'), plan, null)).toThrow('the folder is not empty')
    expect(() => makeJob(resolve('package.json'), plan, null)).toThrow(OutputError)
  })
})
