import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { jobPaths, taskOfName } from '../../src/job/job-paths.js'
import { rangesText, statusOf } from '../../src/job/job-status.js'
import type { Manifest } from '../../src/job/manifest.js'
import { tempFolder } from '../output/support.js'

it.each([
  [[], ''],
  [[3], '3'],
  [[0, 1, 2], '0-2'],
  [[0, 2, 3, 7, 8, 9, 11], '0,2-3,7-9,11'],
])('rangesText(%j) is %j', (numbers, text) => {
  expect(rangesText(numbers)).toBe(text)
})

it.each([
  ['0', 0],
  ['17', 17],
  ['01', null],
  ['', null],
  ['.3-0123456789ab', null],
  ['3.differs-0123456789ab', null],
  ['1e3', null],
  ['9999999999', null],
])('taskOfName(%j) is %j', (name, task) => {
  expect(taskOfName(name)).toBe(task)
})

it('statusOf() tells tasks that are done, begun and missing', () => {
  const paths = jobPaths(tempFolder())
  const job = { paths, manifest: {} as Manifest, tasks: 5 }
  const none = { tasks: 5, done: 0, missing: [0, 1, 2, 3, 4], begun: 0, differing: [], isFinished: false }
  expect(statusOf(job)).toEqual(none)
  for (const name of ['0', '3', '.4-0123456789ab', '3.differs-0123456789ab', '1', 'x', '77']) {
    mkdirSync(join(paths.tasks, name), { recursive: true })
    if (name !== '1') writeFileSync(join(paths.tasks, name, 'task.json'), '')
  }
  expect(statusOf(job)).toEqual({
    ...none,
    done: 2,
    missing: [1, 2, 4],
    begun: 1,
    differing: ['3.differs-0123456789ab'],
  })
  writeFileSync(paths.finished, '{}')
  rmSync(paths.tasks, { recursive: true })
  expect(statusOf(job)).toEqual({ ...none, done: 5, missing: [], isFinished: true })
})
