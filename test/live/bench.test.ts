import { execFile } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { withFolder } from '../support/program.js'
import { isRoot } from './network.js'
import { programWithout } from './program-without.js'

const run = promisify(execFile)

it.runIf(isRoot).each([
  ['a backend', ['cap'], /^the backend cap does not work here: skipped .*^ {2}libpcap +\d/ms],
  ['everything', ['koffi', '@koromix'], /needs the package koffi, which is not installed: skipped\n$/],
])('the bench of live capture leaves out %s for want of a package, and says so', (_what, packages, says) =>
  withFolder(async (folder) => {
    programWithout(folder, packages)
    cpSync('bench', join(folder, 'bench'), { recursive: true })
    const args = ['bench/live.mjs', '--rates', '1000', '--seconds', '1', '--dir', join(folder, 'work')]
    const { stdout, stderr } = await run(process.execPath, args, { cwd: folder })
    expect(stderr).toBe('')
    expect(stdout).toMatch(says)
  }),
)
