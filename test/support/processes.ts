import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 20

/** Waits until `isTrue()`. Throws an error that names `what` after `hangMs`, when something hangs. */
export async function waitUntil(what: string, isTrue: () => boolean, hangMs = 30_000): Promise<void> {
  const startedAt = performance.now()
  while (!isTrue()) {
    if (performance.now() - startedAt > hangMs) throw new Error(`waited ${hangMs} ms until ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}

/** The files below `folder` that a process has open at one moment. The process is stopped while they are counted. */
export async function openFilesOf(pid: number, folder: string): Promise<string[]> {
  process.kill(pid, 'SIGSTOP')
  try {
    await waitUntil(`process ${pid} stands still`, () => isStopped(pid))
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    return links.filter((path) => path.startsWith(`${folder}/`))
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

// True when stopped or ended.
function isStopped(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((task) => {
    const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'latin1')
    return /^[TZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  })
}
