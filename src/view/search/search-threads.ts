import { Piscina } from 'piscina'
import type { RecordFields } from '../../report/record-index.js'
import type { Found } from './record-search.js'
import type { SearchTask } from './search-thread.js'

/** Threads that search. */
export class SearchThreads {
  readonly #pool: Piscina

  constructor(task: SearchTask, threads: number) {
    this.#pool = new Piscina({
      filename: new URL('./search-thread.js', import.meta.url).href,
      minThreads: 1,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      workerData: task,
    })
  }

  search(records: readonly RecordFields[]): Promise<Found[]> {
    return this.#pool.run(records) as Promise<Found[]>
  }

  end(): Promise<void> {
    return this.#pool.destroy()
  }
}
