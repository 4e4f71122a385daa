import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import type { Summary } from '../../src/summary.js'
import { type ProgramOptions, runProgram, startProgram, withFolder } from '../support/program.js'

/** A name in Latin-1 whose letter é is no UTF-8, as the shell makes it, as bytes, and as it is shown. */
const IN_SHELL = '$(printf "caf\\351")'
const inBytes = (folder: string, ending = '') =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(`caf\xe9${ending}`, 'latin1')])
const SHOWN = 'caf\\xe9'

function capture(port = 1_000): Buffer {
  const script = new Script(1_709_631_000)
  const flow = script.udp({
    client: endpoint('10.0.0.1', port),
    server: endpoint('198.51.100.9', 514),
    atMs: 0,
    stepMs: 10,
  })
  flow.send(0, 'hello')
  return script.toPcap()
}

/** Runs the program in `folder` with the arguments as the shell expands them. */
function run(folder: string, args: string, options: ProgramOptions = {}) {
  return runProgram([], { cwd: folder, ...options, shell: `set -- "$1" ${args}` })
}

function namesIn(path: string | Buffer): string[] {
  return readdirSync(path, { encoding: 'buffer' }).map((name) => name.toString('latin1'))
}

function summaryIn(folder: string): Summary {
  return JSON.parse(readFileSync(join(folder, 's.json'), 'utf8')) as Summary
}

describe('a name that is not UTF-8', () => {
  it.each(['', '.gz'])('is read as an argument%s, and shown with its bytes', (ending) =>
    withFolder(async (folder) => {
      writeFileSync(inBytes(folder, ending), ending === '' ? capture() : gzipSync(capture()))
      const result = await run(folder, `"${IN_SHELL}${ending}" -o out --summary s.json`)
      expect([result.code, result.stderr.includes('\ufffd')]).toEqual([0, false])
      expect(summaryIn(folder).inputs).toMatchObject([{ path: SHOWN + ending, status: 'ok', packets: 1 }])
      expect(namesIn(join(folder, 'out'))).toHaveLength(1)
    }),
  )

  it('is shown apart from the name that its text is', () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'in'))
      writeFileSync(inBytes(join(folder, 'in')), capture())
      writeFileSync(join(folder, 'in', SHOWN), capture(2_000))
      const result = await run(folder, 'in -o out --per-file --index x.jsonl --summary s.json')
      expect([result.code, result.stderr.includes('error')]).toEqual([0, false])
      const paths = summaryIn(folder).inputs.map(({ path }) => path)
      expect(paths.sort()).toEqual(['in/caf\\x5cxe9', `in/${SHOWN}`])
      expect(namesIn(join(folder, 'out')).sort()).toEqual(['caf\\x5cxe9', SHOWN])
      const named = await runProgram([`in/${SHOWN}`, '-o', SHOWN, '--summary', 't.json'], { cwd: folder })
      expect(named.code).toBe(0)
      expect(readFileSync(join(folder, 't.json'), 'utf8')).toContain('"in/caf\\\\x5cxe9"')
      expect(namesIn(join(folder, SHOWN))).toHaveLength(1)
    }))

  it('is told with its bytes where there is no such file', () =>
    withFolder(async (folder) => {
      const result = await run(folder, `"${IN_SHELL}" -o out`)
      expect(result.code).toBe(1)
      expect(result.stderr).toContain(`Cannot read "${SHOWN}": no such file or folder`)
    }))

  it('is that of all outputs, and of nothing else', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), capture())
      const files = ['.jsonl', '.csv', '.parquet', '.log'].map((e) => `--index "${IN_SHELL}${e}"`).join(' ')
      const args = `a.pcap -m -o "${IN_SHELL}" ${files} --summary "${IN_SHELL}.json" --report "${IN_SHELL}.html"`
      const result = await run(folder, args)
      expect([result.code, result.stderr.includes('error')]).toEqual([0, false])
      const endings = ['', '.csv', '.html', '.json', '.jsonl', '.log', '.parquet']
      expect(namesIn(folder).sort()).toEqual(['a.pcap', ...endings.map((e) => `caf\xe9${e}`)])
      expect(namesIn(inBytes(folder))).toHaveLength(2)
      const page = readFileSync(inBytes(folder, '.html'), 'utf8')
      expect(/"filesAddress":"[^"]*"/.exec(page)?.[0]).toBe('"filesAddress":"./caf%E9/"')
      const again = await run(folder, args)
      expect(again.code).toBe(1)
      expect(again.stderr).toContain(`Cannot write "${SHOWN}.jsonl": file exists`)
      expect((await run(folder, `${args} --force`)).code).toBe(0)
    }))

  it('is that of a folder to convert into twice: files of the first run stay', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), capture())
      expect((await run(folder, `a.pcap -o "${IN_SHELL}"`)).code).toBe(0)
      const again = await run(folder, `a.pcap -o "${IN_SHELL}"`)
      expect(again.code).toBe(1)
      expect(again.stderr).toContain(`"${SHOWN}/`)
      expect((await run(folder, `a.pcap -o "${IN_SHELL}" --force`)).code).toBe(0)
      expect(namesIn(folder).sort()).toEqual(['a.pcap', 'caf\xe9'])
    }))

  it('is read by inspect and report', () =>
    withFolder(async (folder) => {
      writeFileSync(inBytes(folder), capture())
      const inspected = await run(folder, `inspect --json "${IN_SHELL}"`)
      expect(inspected.code).toBe(0)
      expect(JSON.parse(inspected.stdout.toString()).captures[0].path).toBe(SHOWN)
      const table = await run(folder, `inspect "${IN_SHELL}"`)
      expect(table.stdout.toString()).toContain(SHOWN)
      await run(folder, `"${IN_SHELL}" -o o --index "${IN_SHELL}.jsonl" --summary "${IN_SHELL}.json"`)
      const args = `report "${IN_SHELL}.html" --from "${IN_SHELL}.jsonl" --summary "${IN_SHELL}.json"`
      expect((await run(folder, args)).code).toBe(0)
      expect(/<title>[^<]*/.exec(readFileSync(inBytes(folder, '.html'), 'utf8'))?.[0]).toBe(
        `<title>Connections of ${SHOWN}.jsonl`,
      )
    }))

  it('is that of a folder to view', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), capture())
      mkdirSync(inBytes(folder))
      await run(folder, `a.pcap -o "${IN_SHELL}" --index "${IN_SHELL}/${IN_SHELL}.jsonl"`)
      const shell = `set -- "$1" view "${IN_SHELL}" --no-open`
      const { child, result } = startProgram([], { cwd: folder, shell })
      child.stderr.once('data', () => child.kill('SIGINT'))
      const { code, stderr } = await result
      expect([code, stderr]).toEqual([0, `Showing ${SHOWN}/${SHOWN}.jsonl until Ctrl-C\n`])
    }))

  it('of a configuration file is read', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), capture())
      writeFileSync(inBytes(folder), JSON.stringify({ 'output-dir': 'out' }))
      expect((await run(folder, `a.pcap --config "${IN_SHELL}"`)).code).toBe(0)
      expect(namesIn(join(folder, 'out'))).toHaveLength(1)
    }))

  it('stands beside one that has the replacement character itself', () =>
    withFolder(async (folder) => {
      writeFileSync(inBytes(folder), capture(1))
      writeFileSync(join(folder, 'caf\ufffd'), capture(2))
      const result = await run(folder, `"${IN_SHELL}" 'caf\ufffd' -o out --summary s.json`)
      expect(result.code).toBe(0)
      expect(summaryIn(folder).inputs.map(({ path }) => path)).toEqual([SHOWN, 'caf\ufffd'])
      expect(namesIn(join(folder, 'out'))).toHaveLength(2)
    }))
})
