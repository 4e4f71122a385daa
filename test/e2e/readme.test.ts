import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withFolder } from '../support/program.js'

const README = readFileSync('README.md', 'utf8')
const HAS_JQ = process.env.CI !== undefined || spawnSync('jq', ['--version']).error === undefined

/** The examples of README.md: commands behind `$ `, each with what a terminal shows of it. */
const examples = [...README.matchAll(/^```console\n(.*?)^```$/gms)].map(([, shown]) => shown!)

/** An example as it is when its commands are run in `folder`. */
function run(example: string, folder: string): string {
  return [...example.matchAll(/^\$ (.*)\n/gm)]
    .map(([, command]) => {
      const { stdout } = spawnSync('sh', ['-c', `exec 2>&1; ${command}`], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, TZ: 'Asia/Kathmandu', PATH: `${folder}/bin:${process.env.PATH}` },
      })
      return `$ ${command}\n${stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`}`
    })
    .join('')
}

/** Without the figures that differ from run to run, and without CR, which the page leaves out. */
function comparable(text: string): string {
  return text.replace(/^time .*$/gm, 'time').replaceAll('\r', '')
}

describe.skipIf(!HAS_JQ)('README.md', () => {
  it('has five examples', () => expect(examples).toHaveLength(5))

  it.each(examples)('shows what is printed: %s', async (example) => {
    await withFolder(async (folder) => {
      symlinkSync(resolve('fixtures'), join(folder, 'fixtures'))
      mkdirSync(join(folder, 'bin'))
      const program = `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/pcap2conn.js')}' "$@"\n`
      writeFileSync(join(folder, 'bin', 'pcap2conn'), program, { mode: 0o755 })
      expect(comparable(run(example, folder))).toBe(comparable(example))
    })
  })
})
