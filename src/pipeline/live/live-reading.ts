import type { CaptureReaderOptions, ReadStatus } from '../../capture/capture-reader.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import { NO_COUNTS } from '../../capture/live/live-capture.js'
import { PcapReader } from '../../capture/pcap-reader.js'
import type { LiveConfig } from '../../config/live-options.js'
import { type Failure, failureOf } from '../../errors.js'
import type { Input } from '../../input/input.js'
import type { LiveSummary } from '../../summary.js'
import { packageVersion } from '../../version.js'
import { RecordKind } from '../line/descriptor.js'
import type { Dispatcher } from '../line/dispatcher.js'
import { type InputRead, type InputReport, type Reading, reportOf } from '../reading/reading.js'
import { type OpenedCapture, openLiveSource } from './live-open.js'
import { LiveRecording } from './live-recording.js'
import type { LiveSource } from './live-source.js'

/** Time between two checks for bytes to flush. A byte may wait for a second, so there are two checks in it. */
const TICK_MS = 500

/** Reads a live capture, records its packets, and keeps the workers going while no packets come. */
export class LiveReading implements Reading {
  // Invariants: the duration's timer and the ticks run until end(). #reader is null until the source has a reader.
  readonly inputCount = 1
  readonly #source: LiveSource
  /** Message for the user at the beginning. */
  readonly notice: string
  readonly #interfaceName: string
  readonly #recording: LiveRecording | null
  readonly #duration: NodeJS.Timeout | undefined
  #ticks: NodeJS.Timeout | undefined
  #reader: LiveReader | null = null
  #flushedPackets = 0
  #sweptSec = 0

  private constructor(config: LiveConfig, opened: OpenedCapture, recording: LiveRecording | null) {
    this.#source = opened.source
    this.#interfaceName = opened.interfaceName
    this.#recording = recording
    this.notice = noticeText(opened)
    const isEndless = config.durationSec === Number.POSITIVE_INFINITY
    this.#duration = isEndless ? undefined : setTimeout(() => this.#source.stop(), config.durationSec * 1000)
  }

  /**
   * Begins to capture, and with `-w` to write the raw packets.
   *
   * @param isForced Replace the recording's file if it exists.
   * @throws LiveCaptureError, ConfigError for a filter that libpcap refuses, OutputError
   */
  static async open(config: LiveConfig, isForced: boolean): Promise<LiveReading> {
    const opened = await openLiveSource(config)
    try {
      const { recordingFile, snaplen, filter } = config
      const about = {
        name: opened.interfaceName,
        linkType: opened.source.linkType,
        snaplen,
        filter,
        application: `pcap2conn ${packageVersion()}`,
      }
      const recording = recordingFile === null ? null : LiveRecording.create(recordingFile, about, isForced)
      return new LiveReading(config, opened, recording)
    } catch (error) {
      await opened.source.close()
      throw error
    }
  }

  get input(): Input {
    return { kind: 'live', path: this.#interfaceName }
  }

  readonly knowsLinkTypes = true
  /** Makes the reader of the source's bytes. */
  readonly createReader = (
    _bytes: Uint8Array,
    _from: number,
    _to: number,
    file: string,
    options: CaptureReaderOptions,
  ): PcapReader => {
    this.#reader = new LiveReader(file, options, this.#recording)
    return this.#reader
  }

  open(): LiveSource {
    return this.#source
  }

  report(read: InputRead): InputReport {
    const report = reportOf(read)
    const live = { dropped: this.progress.dropped, live: this.#summary }
    return { ...report, summaries: report.summaries.map((summary) => ({ ...summary, ...live })) }
  }

  interrupt(): void {
    this.#source.stop()
  }

  /**
   * Starts the ticks. At a tick workers write their buffers and end connections that have timed out, though no packet
   * comes.
   */
  start(dispatcher: Dispatcher): void {
    this.#ticks = setInterval(() => this.#tick(dispatcher), TICK_MS)
  }

  /** Ends the recording and the ticks when the capture is over. */
  end(): readonly Failure[] {
    clearTimeout(this.#duration)
    clearInterval(this.#ticks)
    this.#recording?.finish(this.#source.counts)
    const failure = this.#recording?.failure ?? null
    return failure === null ? [] : [failureOf(failure)]
  }

  /** Packets lost so far, as far as the backend counts them. */
  get progress(): { readonly dropped: number } {
    const { dropped, droppedByInterface } = this.#source.counts ?? NO_COUNTS
    return { dropped: dropped + droppedByInterface }
  }

  async close(): Promise<void> {
    this.end()
    await this.#source.close()
  }

  get #summary(): LiveSummary {
    const { backend, counts } = this.#source
    return {
      interface: this.#interfaceName,
      backend,
      timestamps: backend === 'cap' ? 'receipt' : 'kernel',
      received: counts?.received ?? null,
      dropped: counts?.dropped ?? null,
      dropped_by_interface: counts?.droppedByInterface ?? null,
    }
  }

  // A timer calls this. It fires only when the feeder yields, so never in the middle of a packet.
  #tick(dispatcher: Dispatcher): void {
    this.#recording?.flush()
    if (!dispatcher.hasRoom()) return // the workers are busy: the next tick will do
    if (dispatcher.packets.read !== this.#flushedPackets) {
      this.#flushedPackets = dispatcher.packets.read
      dispatcher.broadcast(RecordKind.FLUSH, 0)
    }
    const isDispatched = this.#reader?.fileOffset === this.#source.bytesRead
    const { completeToSec } = this.#source
    if (!isDispatched || completeToSec <= this.#sweptSec || !dispatcher.hasRoom()) return
    this.#sweptSec = completeToSec
    dispatcher.broadcast(RecordKind.SWEEP, completeToSec)
  }
}

function noticeText({ source, interfaceName, fallbackReason }: OpenedCapture): string {
  if (source.backend === 'libpcap') return `Capturing on ${interfaceName} (Ctrl-C ends)`
  const why = fallbackReason === null ? '' : ` in place of libpcap (${fallbackReason})`
  return (
    `Capturing on ${interfaceName} with cap${why}: times are those of receipt here, not the kernel's, ` +
    'and nobody counts packets that get lost (Ctrl-C ends)'
  )
}

/** Reads the stream of a live capture, and gives each packet to the recording too. */
class LiveReader extends PcapReader {
  readonly #recording: LiveRecording | null
  #bytes: Uint8Array = new Uint8Array(0)

  constructor(file: string, options: CaptureReaderOptions, recording: LiveRecording | null) {
    super(file, options)
    this.#recording = recording
  }

  override window(bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    this.#bytes = bytes
    super.window(bytes, from, to, isLast)
  }

  override next(out: CapturedPacket): ReadStatus {
    const status = super.next(out)
    if (status === 'packet' && this.#recording !== null) this.#recording.packet(this.#bytes, out)
    return status
  }
}
