import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { toConfig } from '../../src/config/config.js'
import { runConversion } from '../../src/pipeline/run.js'
import { FakeStream } from '../cli/fake-terminal.js'
import { pcapFile } from '../support/capture-writers.js'
import { ethernet, ipv4, text as textBytes, udp } from '../support/frames.js'
import { withFolder } from '../support/program.js'

async function shown(hooks: { isTerminal?: boolean; isColoured?: boolean }, more = {}): Promise<string> {
  const stdout = new FakeStream()
  const config = toConfig({
    inputFile: 'fixtures/lost-segment.pcap',
    writeToConsole: true,
    utc: true,
    ...more,
  })
  await runConversion(config, { stdout, ...hooks })
  return stdout.text
}

const HEADS = [
  '--- 2024-03-05 10:13:00.287035 TCP 192.0.2.23:49203 > 198.51.100.80:80 (58 bytes)',
  '--- 2024-03-05 10:13:00.299380 TCP 198.51.100.80:80 > 192.0.2.23:49203 (104 bytes)',
]

it('payload in a pipe is its bytes and nothing else', async () => {
  const text = await shown({})
  expect(text).toMatch(
    /^GET \/lost HTTP\/1\.1\r\n.*This one\[23 bytes missing\] ends here\.\nAnd this came later\.\n$/s,
  )
})

it('payload on a terminal has a line for each change of side', async () => {
  const text = await shown({ isTerminal: true })
  expect(text.split('\n').filter((line) => line.startsWith('---'))).toEqual(HEADS)
  expect(text).toContain('This one[23 bytes missing] ends here.\n')
})

it('colours come with a terminal that wants them, and only there', async () => {
  expect(await shown({ isTerminal: true })).not.toContain('\x1b')
  const coloured = await shown({ isTerminal: true, isColoured: true })
  expect(coloured).toContain(`\x1b[1;33m${HEADS[0]}\x1b[0m\n\x1b[33mGET /lost`)
  expect(coloured).toContain('\x1b[31m[23 bytes missing]\x1b[0m\x1b[36m ends here.')
})

it('lost bytes are told and not skipped over in the offsets', async () => {
  const text = await shown({}, { hex: true, gaps: 'zeros' })
  expect(text).toContain(
    '00000040  68 69 73 20 6f 6e 65                              his one\n[23 bytes missing]\n0000005e  20',
  )
})

// [options, a header]
it.each<[object, string]>([
  [{}, HEADS[0]!.replace('(58', '(777')],
  [{ chunksHeader: true }, '\r\n{"_":"--------------------","side":"1","size":"777"}\r\n'],
])('payload on a terminal cannot imitate a header with %j', (options, header) =>
  withFolder(async (folder) => {
    const frame = ethernet(ipv4({ protocol: 17 }, udp({}, textBytes(`a\n${header}\nb`))))
    const inputFile = join(folder, 'a.pcap')
    writeFileSync(inputFile, pcapFile([{ tsSec: 1, tsNsec: 0, frame, originalBytes: frame.length }]))
    const onTerminal = await shown({ isTerminal: true }, { inputFile, ...options })
    expect(onTerminal).not.toContain(header)
    expect(onTerminal).toContain('777')
    expect(await shown({}, { inputFile, ...options })).toContain(`a\n${header}\nb`)
  }),
)
