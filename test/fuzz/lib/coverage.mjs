import { Session } from 'node:inspector'

/** The program's modules; what Node.js and the harness do is not counted. */
const COUNTED = '/dist/'

/** Tells which inputs reach code that none before them reached, by the precise coverage of V8. */
export class Coverage {
  constructor() {
    this.session = new Session()
    this.session.connect()
    /** Ranges of the source that were run. @type {Set<string>} */
    this.reached = new Set()
    this.session.post('Profiler.enable')
    this.session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true })
  }

  /** True when something ran since the last call that never ran before. */
  hasGrown() {
    const before = this.reached.size
    this.session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw new Error(`Cannot take the coverage: ${error.message}`)
      for (const { url, functions } of taken.result) {
        if (!url.includes(COUNTED)) continue
        for (const { startOffset, endOffset, count } of functions.flatMap(({ ranges }) => ranges))
          if (count > 0) this.reached.add(`${url}:${startOffset}-${endOffset}`)
      }
    })
    return this.reached.size > before
  }
}
