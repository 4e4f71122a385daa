/** Descriptors that a run needs besides its output files: standard streams, inputs, modules, runs of the index. */
const OTHERS = 40
/** The same per worker: its thread, and its spill file. */
const OTHERS_PER_WORKER = 8

/** Most output files that this process may have open at a time; Infinity when the limit is unknown. */
export function openFilesAllowed(workers: number): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }
  const limit = report.userLimits?.open_files?.soft
  return typeof limit === 'number' ? allowedOf(limit, workers) : Number.POSITIVE_INFINITY
}

/** Number of output files within `limit` descriptors, at least one. */
export function allowedOf(limit: number, workers: number): number {
  return Math.max(1, limit - OTHERS - OTHERS_PER_WORKER * workers)
}
