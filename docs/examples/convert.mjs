// Converts captures as the command does, with an index for analysis.
// node docs/examples/convert.mjs OUTDIR capture.pcap …

import { convert } from 'pcap2conn'

const [outputDir = 'out', ...inputFile] = process.argv.slice(2)
const summary = await convert({
  inputFile,
  outputDir,
  separateSides: true,
  index: `${outputDir}/connections.parquet`,
})
console.log(`${summary.connections.total} connections in ${summary.files} files`)
process.exitCode = summary.failures.some(({ kind }) => kind === 'run')
  ? 75
  : summary.errors.length > 0
    ? 1
    : 0
