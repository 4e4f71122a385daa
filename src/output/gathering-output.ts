import fs from 'node:fs'
import type { Writable } from 'node:stream'
import type { IndexTarget } from '../config/index-targets.js'
import { OutputError } from '../errors.js'
import { systemPath } from '../system-path.js'
import { WholeFile } from '../whole-file.js'
import { ByteBuilder } from './byte-builder.js'
import { existsFailure, outputFailure } from './output-failure.js'
import type { RunOutput } from './runs/run-outputs.js'
import { StreamWriter } from './stream-writer.js'

/** Gathers the bytes of an output. */
export interface GatheringOutput extends RunOutput {
  /** Written by `flush()`. */
  readonly gathered: ByteBuilder
}

/** A file, which appears by rename when it is complete. */
export class GatheringFile implements GatheringOutput {
  readonly gathered = new ByteBuilder()
  readonly #path: string
  readonly #file: WholeFile

  /**
   * @param isForced Replace the file when it exists.
   * @throws OutputError
   */
  constructor(path: string, isForced: boolean) {
    this.#path = path
    this.#file = this.#attempt(() => {
      if (!isForced && fs.lstatSync(systemPath(path), { throwIfNoEntry: false }) !== undefined)
        throw existsFailure(path)
      return new WholeFile(path)
    })
  }

  async flush(): Promise<void> {
    this.#attempt(() => this.#file.append(this.gathered.bytes.subarray(0, this.gathered.length)))
    this.gathered.clear()
  }

  async finish(): Promise<void> {
    await this.flush()
    this.#attempt(() => this.#file.publish())
  }

  abandon(): void {
    this.#file.abandon()
  }

  #attempt<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw error instanceof OutputError ? error : outputFailure(this.#path, error)
    }
  }
}

/** A stream. */
export class GatheringStream implements GatheringOutput {
  readonly gathered = new ByteBuilder()
  readonly #writer: StreamWriter

  constructor(stream: Writable) {
    this.#writer = new StreamWriter(stream, 'standard output')
  }

  async flush(): Promise<void> {
    const { bytes, length } = this.gathered
    if (length === 0) return
    this.gathered.clear()
    await this.#writer.write(bytes.slice(0, length)) // the stream may keep them
  }

  async finish(): Promise<void> {
    await this.flush()
    this.#writer.detach()
  }

  abandon(): void {
    this.#writer.detach()
  }
}

/** The outputs of an option that takes paths, and `-` for standard output. */
export interface OpenedOutputs<Target> {
  readonly outputs: readonly { readonly target: Target; readonly output: GatheringOutput }[]
  readonly errors: readonly OutputError[]
}

/** Opens the output of each target. @param isForced Replace files that exist. */
export function openOutputs<Target extends Pick<IndexTarget, 'path'>>(
  targets: readonly Target[],
  isForced: boolean,
  stdout: Writable | undefined,
): OpenedOutputs<Target> {
  const outputs = []
  const errors: OutputError[] = []
  for (const target of targets) {
    try {
      if (target.path !== '-') outputs.push({ target, output: new GatheringFile(target.path, isForced) })
      else if (stdout !== undefined) outputs.push({ target, output: new GatheringStream(stdout) })
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      errors.push(error)
    }
  }
  return { outputs, errors }
}
