import { platform } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { waitUntil } from '../support/processes.js'
import { type RunningProgram, runProgram, startProgram, withFolder } from '../support/program.js'

const CAPTURE = 'fixtures/http.pcap.gz'
/** Node.js needs a few milliseconds to open its inspector. */
const OPENED_MS = 500

// [what, how it is started in a folder that has an index, what tells that it has started]
it.skipIf(platform() === 'win32').each<[string, (folder: string) => RunningProgram, 'stdout' | 'stderr']>([
  [
    'a run with threads',
    (folder) =>
      startProgram(['-', '-o', join(folder, 'out'), '--workers', '2', '--progress', 'always'], {
        env: { NODE_OPTIONS: '--inspect-port=0' },
      }),
    'stderr',
  ],
  [
    'the viewer',
    (folder) => startProgram(['view', folder, '--no-open'], { env: { NODE_OPTIONS: '--inspect-port=0' } }),
    'stdout',
  ],
])('SIGUSR1 opens no inspector of %s', (_what, startIn, stream) =>
  withFolder(async (folder) => {
    const { code } = await runProgram([CAPTURE, '-o', folder, '--index', join(folder, 'x.jsonl'), '-q'])
    expect(code).toBe(0)
    const { child, result } = startIn(folder)
    let said = ''
    child[stream].on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    await waitUntil('the program speaks', () => said !== '')
    child.kill('SIGUSR1')
    await sleep(OPENED_MS)
    expect(child.exitCode).toBeNull()
    child.kill('SIGINT')
    expect((await result).stderr).not.toContain('Debugger')
  }),
)
