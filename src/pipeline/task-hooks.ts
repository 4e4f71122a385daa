import type { TaskPart } from '../output/output.js'
import type { RunHooks } from './hooks.js'

/** What a run can be given that may be one task of several. */
export interface TaskHooks extends RunHooks {
  /** The run is one task of several, and leaves its part here. */
  readonly part?: TaskPart
}
