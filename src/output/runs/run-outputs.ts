import { OutputError } from '../../errors.js'
import { mergeRuns, type RecordTaker } from './merge-runs.js'
import { RECORD_LAYOUT } from './sorted-runs.js'

/** What is written of the records of sorted runs. After a failure it must be abandoned. */
export interface RunOutput {
  /** Writes what was gathered; to be called before that grows large. @throws OutputError */
  flush(): Promise<void>
  /** It is whole. @throws OutputError */
  finish(): Promise<void>
  /** Leaves nothing behind. */
  abandon(): void
}

/** A {@link RunOutput} that takes records as they are. */
export interface RecordOutput extends RunOutput {
  /** @param bytes `bytes[from, to)` is the content of the next record. Valid during the call. */
  add(bytes: Buffer, from: number, to: number): void
}

/** Outputs of which one that fails is abandoned, while the others go on. */
export class RunOutputs<O extends RunOutput> {
  /** What went wrong with outputs. */
  readonly errors: OutputError[] = []
  readonly #live: Set<O>

  constructor(outputs: readonly O[]) {
    this.#live = new Set(outputs)
  }

  get live(): ReadonlySet<O> {
    return this.#live
  }

  flush(): Promise<void> {
    return this.#each((output) => output.flush())
  }

  finish(): Promise<void> {
    return this.#each((output) => output.finish())
  }

  abandon(): void {
    for (const output of this.#live) output.abandon()
  }

  async #each(action: (output: O) => Promise<void>): Promise<void> {
    for (const output of [...this.#live]) {
      try {
        await action(output)
      } catch (error) {
        if (!(error instanceof OutputError)) throw error
        output.abandon()
        this.#live.delete(output)
        this.errors.push(error)
      }
    }
  }
}

/**
 * Merges the runs that workers have left of `SortedRuns`, once for all outputs.
 *
 * @param folder  The run's temporary folder.
 * @param outputs Finished or abandoned when the promise resolves or rejects.
 * @param take    Gets each record.
 * @param end     Called behind the last record.
 * @returns What went wrong with outputs.
 * @throws OutputError where the runs cannot be merged.
 */
export async function mergeTo<O extends RunOutput>(
  runs: readonly string[],
  folder: string,
  outputs: RunOutputs<O>,
  { begin, content, end }: Pick<RecordTaker, 'begin' | 'content'> & { readonly end?: () => void },
): Promise<readonly OutputError[]> {
  try {
    await mergeRuns(runs, RECORD_LAYOUT, folder, { begin, content, flush: () => outputs.flush() })
    end?.()
    await outputs.finish()
  } catch (error) {
    outputs.abandon()
    throw error
  }
  return outputs.errors
}

/** Merges runs to one output that takes the records as they are. @returns What went wrong. @throws OutputError */
export function mergeToRecords(
  runs: readonly string[],
  folder: string,
  output: RecordOutput,
): Promise<readonly OutputError[]> {
  return mergeTo(runs, folder, new RunOutputs([output]), {
    begin() {},
    content: (bytes, from, to) => output.add(bytes, from, to),
  })
}
