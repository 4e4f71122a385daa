/** @typedef {import('../lib/target.mjs').Target} Target */
/** @typedef {import('../lib/target.mjs').TargetMaker} TargetMaker */

// Loaded when asked for: what is not loaded costs no coverage.
/** @type {Readonly<Record<string, () => Promise<TargetMaker>>>} */
const MAKERS = {
  pcap: async () => (await import('./readers.mjs')).pcap,
  pcapng: async () => (await import('./readers.mjs')).pcapng,
  gzip: async () => (await import('./decompressors.mjs')).gzip,
  zstd: async () => (await import('./decompressors.mjs')).zstd,
  xz: async () => (await import('./decompressors.mjs')).xz,
  lz4: async () => (await import('./decompressors.mjs')).lz4,
  bzip2: async () => (await import('./decompressors.mjs')).bzip2,
  fragments: async () => (await import('./fragments.mjs')).fragments,
  decoder: async () => (await import('./decoder.mjs')).decoder,
  tracker: async () => (await import('./tracker.mjs')).tracker,
  reassembler: async () => (await import('./reassembler.mjs')).reassembler,
  speech: async () => (await import('./speech.mjs')).speech,
  quic: async () => (await import('./speech.mjs')).quic,
  http: async () => (await import('./http.mjs')).http,
  filter: async () => (await import('./filter.mjs')).filter,
  report: async () => (await import('./records.mjs')).report,
  viewer: async () => (await import('./records.mjs')).viewer,
  resume: async () => (await import('./records.mjs')).resume,
  config: async () => (await import('./records.mjs')).config,
  archive: async () => (await import('./archive.mjs')).archive,
  library: async () => (await import('./library.mjs')).library,
  inspect: async () => (await import('./library.mjs')).inspect,
  folders: async () => (await import('./folders.mjs')).folders,
  resumed: async () => (await import('./resumed.mjs')).resumed,
  program: async () => (await import('./program.mjs')).program,
  command: async () => (await import('./program.mjs')).command,
}

export const TARGET_NAMES = Object.keys(MAKERS)

/** @param {readonly string[]} names @param {import('../lib/target.mjs').Surroundings} surroundings @returns {Promise<Target[]>} */
export function makeTargets(names, surroundings) {
  return Promise.all(
    names.map(async (name) => {
      const load = MAKERS[name]
      if (load === undefined) throw new RangeError(`No target is called "${name}"`)
      return (await load())(surroundings)
    }),
  )
}
