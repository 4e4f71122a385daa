import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitUntil } from '../support/processes.js'
import { readTree, withFolder } from '../support/program.js'
import { isRoot, makeNetwork, type Network } from './network.js'

const backends = ['libpcap', 'cap']

describe.runIf(isRoot)('while a live capture goes on', () => {
  let network: Network
  beforeAll(() => {
    network = makeNetwork()
  })
  afterAll(() => network.remove())

  it.each(backends)('a file shows a chat as it happens (%s)', async (backend) => {
    await withFolder(async (folder) => {
      const raw = join(folder, 'raw.pcapng')
      const out = join(folder, 'out')
      const capture = network.left.start(null, ['-i', 'lo', '-o', out, '-w', raw, '--live-backend', backend])
      const chat = network.left.start('chat.mjs', [])
      try {
        await capture.waitFor('Capturing on')
        await chat.waitFor('ready')
        for (const line of ['hello', 'how are you', 'bye']) {
          chat.child.stdin?.write(`${line}\n`)
          await waitUntil(`the file shows "${line}"`, () => contentOf(out).endsWith(`${line}\n`))
        }
        expect(contentOf(out)).toBe('hello\nhow are you\nbye\n')
        expect(readTree(folder).get('raw.pcapng')?.includes('bye\n')).toBe(true)
        expect(capture.child.exitCode).toBeNull()
      } finally {
        for (const program of [chat, capture]) {
          program.child.kill('SIGKILL')
          await program.code
        }
      }
    })
  })

  it.each(backends)('connections time out though no packet comes (%s)', async (backend) => {
    await withFolder(async (folder) => {
      const args = ['-i', 'lo', '-o', folder, '-m', '--udp-timeout', '1', '--live-backend', backend]
      const capture = network.left.start(null, args)
      try {
        await capture.waitFor('Capturing on')
        const sender = network.left.start('datagrams.mjs', ['127.0.0.1', '9', '1', '3', '0'])
        await waitUntil('the metadata file is there', () =>
          readdirSync(folder).some((name) => name.endsWith('-metadata.txt')),
        )
        await sender.code
        expect(capture.child.exitCode).toBeNull()
      } finally {
        capture.child.kill('SIGKILL')
        await capture.code
      }
    })
  })
})

function contentOf(folder: string): string {
  try {
    return Buffer.concat([...readTree(folder).values()]).toString()
  } catch {
    return '' // the folder is not there yet
  }
}
