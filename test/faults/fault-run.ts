import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import type { Summary } from '../../src/summary.js'
import { troubledPlan } from '../e2e/traffic.js'
import { type ProgramOptions, type ProgramResult, startProgram, withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'

const SEED = 17
/** The longest that the program may take to end, whatever goes wrong. It is killed then. */
const END_MS = 30_000

/** About 100 connections with all kinds of trouble, 0.4 MB. */
export const CAPTURE = generateBytes(
  troubledPlan({ connections: 100, concurrency: 30, messageBytes: 3_000, segmentBytes: 500 }),
  SEED,
).bytes

const DATAGRAM_BYTES = 1_400
/** Bytes of a pcap file of {@link interleaved} datagrams that has so many of them. */
export const interleavedBytes = (datagrams: number) => 24 + datagrams * (16 + 42 + DATAGRAM_BYTES)

/** Datagrams of each connection in turn: all are open at once, and each file is written several times. */
export function interleaved(connections: number, rounds: number): Buffer {
  const script = new Script(1_709_631_000)
  const flows = Array.from({ length: connections }, (_, i) => {
    const ends = { client: endpoint('10.0.0.1', 1_000 + i), server: endpoint('198.51.100.9', 514) }
    return script.udp({ ...ends, atMs: i / 1_000, stepMs: 10 })
  })
  for (let round = 0; round < rounds; round++)
    for (const [i, flow] of flows.entries())
      flow.send(0, `${i}/${round} `.repeat(400).slice(0, DATAGRAM_BYTES))
  return script.toPcap()
}

/** Where workers run: a small capture has one on the main thread unless a number is asked for. */
export const PLACES: [string, string[]][] = [
  ['on the main thread', []],
  ['in threads', ['--workers', '2']],
]

/** Calls `use` with a folder that holds `capture.pcap` and an empty folder `temp`. */
export function withCapture(use: (folder: string) => Promise<void>): Promise<void> {
  return withFolder((folder) => {
    writeFileSync(join(folder, 'capture.pcap'), CAPTURE)
    mkdirSync(join(folder, 'temp'), { mode: 0o777 })
    return use(folder)
  })
}

/** Starts the program in `folder`, with the system's temporary folder in `folder/temp`. */
export function start(folder: string, args: readonly string[], options: ProgramOptions = {}) {
  const env = { TMPDIR: join(folder, 'temp'), ...options.env }
  return startProgram(args, { cwd: folder, timeoutMs: END_MS, ...options, env })
}

/** Runs the program as `start()` does, without standard input unless some is given, and waits for its end. */
export function run(folder: string, args: readonly string[], options: ProgramOptions = {}) {
  return start(folder, args, { stdin: new Uint8Array(0), ...options }).result
}

/** What has a module of `preload/` loaded before the program, in each of its threads. */
export function preload(name: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=${resolve('test/faults/preload', `${name}.mjs`)}` }
}

/**
 * The program has ended by itself with `code`, has said why in plain lines, `says` among them, and has left no
 * temporary file.
 */
export function expectClearEnd(folder: string, result: ProgramResult, code: number, says: RegExp): void {
  expect([result.code, result.signal], result.stderr).toEqual([code, null])
  expect(result.stderr).toMatch(says)
  expect(result.stderr).not.toMatch(/^ +at |node:internal|\bUncaught\b|file:\/\//m)
  expect(readdirSync(join(folder, 'temp'))).toEqual([])
}

export function summaryIn(folder: string, name = 'summary.json'): Summary {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Summary
}

/** Both folders have the same files with the same content. */
export function expectSameTree(expected: string, actual: string): void {
  expect(treeDifferences(treeHashes(expected), treeHashes(actual))).toEqual([])
}
