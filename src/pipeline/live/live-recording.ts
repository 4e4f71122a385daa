import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import type { LiveCounts } from '../../capture/live/live-capture.js'
import {
  encodeHeader,
  encodePacket,
  encodeStatistics,
  packetBlockBytes,
  type RecordedInterface,
  type RecordedTime,
} from '../../capture/live/pcapng-encoder.js'
import type { OutputError } from '../../errors.js'
import { isWrittenInPlace } from '../../existing-outputs.js'
import { makeOutputFolder } from '../../output/make-output-folder.js'
import { outputFailure } from '../../output/output-failure.js'
import { systemPath } from '../../system-path.js'

const BUFFER_BYTES = 1024 * 1024

/** Writes the raw packets of a live capture to a pcapng file as they come. */
export class LiveRecording {
  // Invariants: #buffer[0, #length) is not written yet. #descriptor is null once the file is closed or has failed.
  readonly #path: string
  #descriptor: number | null
  #buffer = new Uint8Array(BUFFER_BYTES)
  #view = new DataView(this.#buffer.buffer)
  #length = 0
  #start: RecordedTime | null = null
  #end: RecordedTime = { tsSec: 0, tsNsec: 0 }
  /** Why the file could not be written to its end; null: it could. */
  failure: OutputError | null = null

  private constructor(path: string, descriptor: number) {
    this.#path = path
    this.#descriptor = descriptor
  }

  /**
   * Makes the file.
   *
   * @param isForced Replace a file that exists.
   * @throws OutputError
   */
  static create(path: string, about: RecordedInterface, isForced: boolean): LiveRecording {
    makeOutputFolder(dirname(path))
    try {
      const isSpecial = isWrittenInPlace(path)
      if (isForced && !isSpecial) rmSync(systemPath(path), { force: true }) // an existing file may be a link to one that is not ours
      const recording = new LiveRecording(path, openSync(systemPath(path), isSpecial ? 'w' : 'wx', 0o640))
      recording.#append(encodeHeader(about))
      recording.flush()
      return recording
    } catch (error) {
      throw outputFailure(path, error)
    }
  }

  /** Adds a packet; its `from` and `to` are positions in `bytes`, which is not kept. */
  packet(bytes: Uint8Array, packet: CapturedPacket): void {
    if (this.#descriptor === null) return
    const blockBytes = packetBlockBytes(packet.to - packet.from)
    this.#makeRoom(blockBytes)
    encodePacket(packet, bytes, this.#buffer, this.#view, this.#length)
    this.#length += blockBytes
    const { tsSec, tsNsec } = packet
    this.#end = { tsSec, tsNsec }
    this.#start ??= this.#end
  }

  /** Writes the buffer. A failure ends the file; `failure` keeps it. */
  flush(): void {
    const descriptor = this.#descriptor
    if (descriptor === null) return
    try {
      for (let at = 0; at < this.#length; ) at += writeSync(descriptor, this.#buffer, at, this.#length - at)
    } catch (error) {
      this.failure = outputFailure(this.#path, error)
      this.#close(descriptor)
    }
    this.#length = 0
  }

  /** Adds the counts of received and dropped packets, and closes the file. */
  finish(counts: LiveCounts | null): void {
    if (this.#descriptor === null) return
    this.#append(encodeStatistics(counts, this.#start ?? this.#end, this.#end))
    this.flush()
    if (this.#descriptor !== null) this.#close(this.#descriptor)
  }

  #append(block: Uint8Array): void {
    this.#makeRoom(block.length)
    this.#buffer.set(block, this.#length)
    this.#length += block.length
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    this.flush()
    if (bytes <= this.#buffer.length) return
    this.#buffer = new Uint8Array(2 * bytes)
    this.#view = new DataView(this.#buffer.buffer)
  }

  #close(descriptor: number): void {
    this.#descriptor = null
    try {
      closeSync(descriptor)
    } catch (error) {
      this.failure ??= outputFailure(this.#path, error)
    }
  }
}
