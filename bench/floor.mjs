// The least work that any such program must do: reads the capture and writes as many files of the same names and sizes,
// on all processors.
//
//   node bench/floor.mjs --capture FILE (--tree DIR | --manifest FILE) --out DIR [--threads N]
//
// --tree names a result tree of pcap2conn, --manifest a file with a line "size<TAB>name" per result file. The content of
// the files is meaningless. Prints one JSON object; `uncountedSeconds` is the time spent on reading the list.

import { closeSync, mkdirSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { listFiles } from './lib/work-folder.mjs'

const READ_BYTES = 4 * 1024 * 1024
const WRITE_BYTES = 256 * 1024

/**
 * @typedef {{ capture: string, out: string, from: number, to: number, files: { name: string, bytes: number }[] }} Share
 */

/** Does one thread's share: reads a part of the capture and writes some of the files. @param {Share} share */
function work({ capture, out, from, to, files }) {
  const buffer = new Uint8Array(READ_BYTES)
  const source = openSync(capture, 'r')
  for (let at = from; at < to; ) at += readSync(source, buffer, 0, Math.min(READ_BYTES, to - at), at)
  closeSync(source)
  for (const { name, bytes } of files) {
    const target = openSync(join(out, name), 'w')
    for (let left = bytes; left > 0; ) left -= writeSync(target, buffer, 0, Math.min(WRITE_BYTES, left))
    closeSync(target)
  }
}

/** @param {string} path @returns {{ name: string, bytes: number }[]} */
function readManifest(path) {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const tab = line.indexOf('\t')
    return { name: line.slice(tab + 1), bytes: Number(line.slice(0, tab)) }
  })
}

function main() {
  const { values } = parseArgs({
    options: {
      capture: { type: 'string' },
      tree: { type: 'string' },
      manifest: { type: 'string' },
      out: { type: 'string' },
      threads: { type: 'string', default: String(availableParallelism()) },
    },
  })
  const { capture, tree, manifest, out } = values
  const threads = Number(values.threads)
  if (capture === undefined || out === undefined || (tree ?? manifest) === undefined || !(threads >= 1)) {
    console.error('Usage: floor.mjs --capture FILE (--tree DIR | --manifest FILE) --out DIR [--threads N]')
    process.exit(2)
  }
  const start = performance.now()
  const files = tree === undefined ? readManifest(manifest ?? '') : listFiles(tree)
  const uncountedSeconds = (performance.now() - start) / 1000
  for (const folder of new Set(files.map(({ name }) => dirname(join(out, name))))) {
    mkdirSync(folder, { recursive: true })
  }
  const { size } = statSync(capture)
  for (let i = 0; i < threads; i++) {
    /** @type {Share} */
    const share = {
      capture,
      out,
      from: Math.floor((size * i) / threads),
      to: Math.floor((size * (i + 1)) / threads),
      files: files.filter((_, number) => number % threads === i),
    }
    new Worker(new URL(import.meta.url), { workerData: share })
  }
  console.log(JSON.stringify({ files: files.length, uncountedSeconds }))
}

if (isMainThread) main()
else work(workerData)
