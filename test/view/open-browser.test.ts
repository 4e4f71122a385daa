import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { OutputError } from '../../src/errors.js'
import { openBrowser } from '../../src/view/open-browser.js'
import { withFolder } from '../support/program.js'

afterEach(() => vi.unstubAllEnvs())

it.runIf(process.platform === 'linux')('hands the address over in a file that only the user can read', () =>
  withFolder(async (folder) => {
    const seen = join(folder, 'seen')
    writeFileSync(
      join(folder, 'xdg-open'),
      `#!/bin/sh\n{ echo "$*"; stat -c %a "$1"; cat "$1"; } > "${seen}.new"\nmv "${seen}.new" "${seen}"\n`,
    )
    chmodSync(join(folder, 'xdg-open'), 0o755)
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
    const forget = openBrowser('http://127.0.0.1:4000/secret/')
    await expect.poll(() => existsSync(seen), { timeout: 10_000 }).toBe(true)
    const [argument, mode, content] = readFileSync(seen, 'utf8').split('\n')
    expect([argument, mode]).toEqual([expect.stringMatching(/pcap2conn-view-\w+\/open\.html$/), '600'])
    expect(argument).not.toContain('secret')
    expect(content).toContain('url=http://127.0.0.1:4000/secret/"')
    expect(existsSync(argument!)).toBe(true)
    forget()
    expect(existsSync(argument!)).toBe(false)
  }),
)

it('goes without a browser', () =>
  withFolder(async (folder) => {
    vi.stubEnv('PATH', folder)
    const forget = openBrowser('http://127.0.0.1:4000/secret/')
    await new Promise((resolve) => setTimeout(resolve, 50))
    forget()
  }))

it('names a folder of temporary files that is not there', () =>
  withFolder(async (folder) => {
    vi.stubEnv('TMPDIR', join(folder, 'none'))
    vi.stubEnv('TEMP', join(folder, 'none'))
    const open = () => openBrowser('http://127.0.0.1:4000/secret/')
    expect(open).toThrow(OutputError)
    expect(open).toThrow(
      /^Cannot open a browser: cannot write to ".*none": no such file or directory \(ENOENT\)$/,
    )
  }))
