import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { toMemory } from '../../fixtures/generator/byte-output.mjs'
import { PcapWriter } from '../../fixtures/generator/capture-writers.mjs'
import { endpoint, ethernet, ip, UDP, udp } from '../../fixtures/generator/packets.mjs'

const PROGRAM = resolve('bin/pcap2conn.js')

export interface ProgramResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the built program in `folder`. Its standard input stays open. */
export function startProgram(folder: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [PROGRAM, ...args], { cwd: folder })
}

/** Waits for the program's end. */
export function resultOf(child: ChildProcessWithoutNullStreams): Promise<ProgramResult> {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('latin1').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((done) => child.on('close', (exitCode) => done({ exitCode, stdout, stderr })))
}

/** Runs the built program in `folder` with `input` on its standard input. */
export function runProgram(
  folder: string,
  args: readonly string[],
  input: Uint8Array = new Uint8Array(),
): Promise<ProgramResult> {
  const child = startProgram(folder, args)
  child.stdin.on('error', () => {}) // the program may end before it has read all
  child.stdin.end(input)
  return resultOf(child)
}

/** Every file below `folder` by its path there, as Latin-1 text; nothing when there is no such folder. */
export function treeOf(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {}
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]),
  )
}

/** A pcap file: one UDP datagram a second from 10.0.0.1:1000 to 10.0.0.2:53, from 2024-03-05 09:30:00 UTC on. */
export function datagramCapture(...payloads: string[]): Buffer {
  const src = endpoint('10.0.0.1', 1000)
  const dst = endpoint('10.0.0.2', 53)
  return toMemory((output) => {
    const writer = new PcapWriter(output)
    payloads.forEach((payload, i) => {
      const frame = ethernet(src, dst, ip(src, dst, UDP, udp(src, dst, Buffer.from(payload, 'latin1'))))
      output.bytes.set(frame, writer.begin())
      writer.end(frame.length, 1_709_631_000 + i, 0)
    })
  })
}
