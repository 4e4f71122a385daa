import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Config } from '../config/config.js'
import { showsConversation } from '../output/console/console-chunk.js'
import { ConsoleConversation } from '../output/console/console-conversation.js'
import { ConsoleMerger } from '../output/console/console-merger.js'
import type { ConsoleMessage } from './console-message.js'
import type { RunHooks } from './hooks.js'

/** Most epochs with unwritten output before the dispatcher waits. */
const MAX_WAITING_EPOCHS = 8

/**
 * How `-c` shows payload. On a terminal, the default is a conversation, or headers that payload cannot imitate.
 */
export function shownConsoleStyle(config: Config, { isTerminal }: RunHooks): Config['consoleStyle'] {
  const { toConsole, json, chunkHeaders, consoleStyle } = config
  const isPlain = toConsole && !json && consoleStyle === 'bytes'
  if (!isPlain || isTerminal !== true) return consoleStyle
  return chunkHeaders ? 'headers' : 'text'
}

/** Moves the workers' console output to one stream, in packet order. */
export class ConsoleChannel {
  /** One port per worker, to transfer to it. */
  readonly ports: readonly MessagePort[]
  readonly #merger: ConsoleMerger
  readonly #closed: Promise<unknown>

  /** @param config With the `consoleStyle` to show. */
  constructor(stream: Writable, hooks: RunHooks, { consoleStyle, utc, workerCount, live }: Config) {
    const conversation = showsConversation(consoleStyle)
      ? new ConsoleConversation({
          isHex: consoleStyle === 'hex',
          isColoured: hooks.isColoured === true,
          isUtc: utc,
          isLive: live !== null,
        })
      : null
    this.#merger = new ConsoleMerger(stream, hooks.isTerminal === true, workerCount, conversation)
    const channels = Array.from({ length: workerCount }, () => new MessageChannel())
    this.ports = channels.map(({ port2 }) => port2)
    channels.forEach(({ port1 }, worker) => {
      // Epochs are counted from 1, the merger's from 0.
      port1.on('message', ({ epoch, block }: ConsoleMessage) => this.#merger.push(epoch - 1, worker, block))
    })
    this.#closed = Promise.all(channels.map(({ port1 }) => once(port1, 'close')))
  }

  /** Bytes written to the stream. */
  get bytesWritten(): number {
    return this.#merger.bytesWritten
  }

  /** Waits while the workers produce output faster than the stream takes it. @throws OutputError */
  async keepUp(): Promise<void> {
    if (this.#merger.pendingEpochs > MAX_WAITING_EPOCHS) await this.#merger.waitForWritten()
  }

  /** Waits until all workers have closed their ends and everything is written. @throws OutputError */
  async finish(): Promise<void> {
    await this.#closed
    await this.#merger.finish()
  }
}
