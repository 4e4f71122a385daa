import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { captureDied } from '../../capture/live/explain.js'
import type { CaptureOptions, OpenFailure } from '../../capture/live/live-capture.js'
import { failureReason } from '../../errors.js'
import type { InputReadProblem } from '../../input/byte-source.js'
import { StreamByteSource } from '../../input/stream-source.js'
import type { CapMessage, CapTask } from './live-cap-messages.js'
import type { LiveSource } from './live-source.js'

/** Packets reach `read()` within this time, unless the system is too busy. */
const SAFE_MS = 2_000

/**
 * A live capture through the package cap. It runs on the main thread of a process of its own, so neither event loop holds up
 * the other.
 */
export class CapSource implements LiveSource {
  // Invariant: the file #stopFlag is open until close(). A byte in it ends the capture.
  readonly backend = 'cap'
  readonly totalBytes = null
  readonly isDecompressed = false
  readonly counts = null
  readonly linkType: number
  problem: InputReadProblem | null = null
  readonly #process: ChildProcess
  readonly #stream: StreamByteSource
  readonly #exit: Promise<void>
  #stopFlag: number | null
  #isStopping = false
  #lastReadMs = 0

  private constructor(child: ChildProcess, stream: Readable, stopFlag: number, linkType: number) {
    this.#process = child
    this.#stream = new StreamByteSource(stream)
    this.#stopFlag = stopFlag
    this.linkType = linkType
    this.#exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#noteEnd(code, signal)
        resolve()
      })
    })
  }

  /**
   * Begins to capture.
   *
   * @returns The capture, why it could not be opened, or why cap is missing.
   * @throws LiveCaptureError when its process has died or cannot be started.
   */
  static async open(options: CaptureOptions): Promise<CapSource | OpenFailure | { readonly reason: string }> {
    const stopFlag = openStopFlag()
    const script = fileURLToPath(new URL('./live-cap-process.js', import.meta.url))
    const child = spawn(process.execPath, [script], {
      stdio: [stopFlag, 'pipe', 'ignore', 'ipc'],
      serialization: 'advanced',
    })
    const task: CapTask = { options }
    const message = await firstMessage(child, task)
    if (message.kind === 'opened' && child.stdout !== null)
      return new CapSource(child, child.stdout, stopFlag, message.linkType)
    closeSync(stopFlag)
    return message.kind === 'failed' ? message.failure : { reason: 'the process of cap has no pipe' }
  }

  get bytesRead(): number {
    return this.#stream.bytesRead
  }

  get isAtEnd(): boolean {
    return this.#stream.isAtEnd
  }

  get completeToSec(): number {
    const now = Date.now()
    return now - this.#lastReadMs > SAFE_MS ? Math.floor((now - SAFE_MS) / 1000) : 0
  }

  async read(target: Uint8Array): Promise<number> {
    const count = await this.#stream.read(target)
    this.#lastReadMs = Date.now()
    if (count === 0) await this.#exit // the exit code says whether it ended as it should
    return count
  }

  stop(): void {
    if (this.#isStopping || this.#stopFlag === null) return
    this.#isStopping = true
    writeSync(this.#stopFlag, '1')
  }

  async close(): Promise<void> {
    if (this.#stopFlag === null) return
    closeSync(this.#stopFlag)
    this.#stopFlag = null
    this.#process.kill('SIGKILL')
    await this.#exit
    await this.#stream.close()
  }

  #noteEnd(code: number | null, signal: NodeJS.Signals | null): void {
    if (code === 0 || this.#stopFlag === null) return
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`
    this.problem = { offset: this.bytesRead, message: `the process of cap ended ${how}`, kind: 'run' }
  }
}

// Removes the file's name at once, where the system allows that for an open file. So no run leaves the file behind.
function openStopFlag(): number {
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-live-'))
  const flag = openSync(join(folder, 'stop'), 'wx+', 0o600)
  rmSync(folder, { recursive: true, force: true, maxRetries: 0 })
  return flag
}

function firstMessage(child: ChildProcess, task: CapTask): Promise<CapMessage> {
  return new Promise((resolve, reject) => {
    const die = (problem: string) => reject(captureDied(task.options.interfaceName, problem))
    child.once('message', (message) => resolve(message as CapMessage))
    child.on('error', (error) => die(`the process of cap cannot be started: ${failureReason(error)}`))
    child.once('exit', () => die('the process of cap ended'))
    if (child.connected) child.send(task, () => {}) // an event reports the error, too
  })
}
