/** Descriptors that a run needs beside its output files: standard streams, inputs, modules, runs of the index. */
const OTHERS = 40
/** The same for each worker: its thread, and its file of spilled bytes. */
const OTHERS_PER_WORKER = 8

/** Most output files that this process may have open at one moment with so many workers; Infinity: it knows no limit. */
export function openFilesAllowed(workers: number): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } }
  const limit = report.userLimits?.open_files?.soft
  return typeof limit === 'number' ? allowedOf(limit, workers) : Number.POSITIVE_INFINITY
}

/** Output files of `limit` descriptors in all, at least one. */
export function allowedOf(limit: number, workers: number): number {
  return Math.max(1, limit - OTHERS - OTHERS_PER_WORKER * workers)
}
