import { type IndexTarget, indexTargetsOf } from './index-targets.js'
import { checked, choice, denial, flag, integer, path } from './option-row.js'
import { pathOf, refusal } from './option-values.js'

/** The options for outputs, in the order of the help. */
export const WRITING_OPTIONS = {
  /** Skip inputs whose results are complete and unchanged, and convert the others again. */
  resume: flag({
    group: 'Input',
    help: 'leave inputs alone whose results are complete; do half-done ones again',
    readme:
      'leave inputs alone whose results are complete and unchanged, and do half-done ones again: the same command once more after an interruption. The run that was interrupted must have had it, too; files that options name (`--index`, `--summary`, `--report`) are replaced. Results that are not there any more are made again',
    conflicts: {
      writeToConsole: 'it would lack what was converted before',
      noWrite: 'there are no results to leave alone',
    },
  }),
  /** File for the packets as they were captured, as pcapng: all of a live capture, or those of files that `filter` lets through. */
  write: checked<string, string | null, 'recordingFile'>(
    {
      letter: 'w',
      value: 'FILE',
      offer: 'files',
      field: 'recordingFile',
      group: 'Output',
      help: 'keep the packets too, as one pcapng: of a live capture, or those of files that -e lets through',
      readme:
        'keep the packets too, as one pcapng: those of a live capture, or those of files that `-e` lets through',
      conflicts: { resume: 'packets of results that are left alone are not read' },
    },
    fileOf,
  ),
  /** Output folder, created with its parents. Default: the current folder. */
  outputDir: checked<string, string>(
    {
      letter: 'o',
      value: 'DIR',
      offer: 'folders',
      group: 'Output',
      help: 'where files go, made if absent (default: .); NAME.zip: one archive with all of them',
      readme:
        'where files go, made with its parents; default `.`. `NAME.zip`: all files in one ZIP archive (ZIP64) instead',
    },
    (label, value) => (value === undefined ? '.' : pathOf(label, value)),
  ),
  /** How much the entries of a ZIP archive are compressed, from 0 (not at all) to 9. */
  zipLevel: integer({
    value: 'N',
    group: 'Output',
    help: 'with -o NAME.zip: compress entries, 1 (fast) to 9 (small); 0 stores them (default: 0)',
    readme: 'with `-o NAME.zip`: compress the entries, 1 (fast) to 9 (small); default 0: they are stored',
    fallback: 0,
    min: 0,
    max: 9,
  }),
  /** Write a file per direction instead of a file per connection. */
  separateSides: flag({
    letter: 's',
    group: 'Output',
    changesResults: true,
    help: 'one file per direction instead of one per connection',
  }),
  /** Write a metadata file per connection. */
  writeMetadata: flag({
    letter: 'm',
    group: 'Output',
    changesResults: true,
    help: 'a metadata file per connection',
  }),
  /**
   * Paths of connection indexes, each in the format of its ending: `.jsonl` (JSON lines), `.csv`, `.parquet`, or `.log`
   * (Zeek's `conn.log`); `-`: JSON lines to standard output.
   */
  index: checked<string | readonly string[], readonly IndexTarget[], 'indexes'>(
    {
      value: 'FILE',
      offer: 'files',
      isRepeatable: true,
      field: 'indexes',
      group: 'Output',
      help: 'a record for each connection, in the format of the ending: .jsonl, .csv, .parquet or .log (of Zeek); - for JSON lines on standard output; repeatable',
      readme:
        "a record for each connection, in the format of the ending: `.jsonl`, `.csv`, `.parquet`, or `.log` (Zeek's conn.log); `-` for JSON lines on standard output. Repeatable",
    },
    indexTargetsOf,
  ),
  /** Leave out of the index what is spoken in connections. */
  noService: denial({
    field: 'service',
    group: 'Output',
    changesResults: true,
    help: 'index without service, server_name, alpn and ja4: payload is not looked at',
    readme: 'leave `service`, `server_name`, `alpn` and `ja4` out of the index: no payload is looked at',
  }),
  /** Hash the payload of each direction. */
  hash: flag({
    group: 'Output',
    changesResults: true,
    help: 'index with SHA-256 of the payload of each direction: orig_sha256, resp_sha256',
    readme:
      'SHA-256 of the payload of each direction, gaps left out, as `orig_sha256` and `resp_sha256` in the index',
  }),
  /** Path of a list of conflicts: places where a copy of payload has other bytes than the first one. */
  conflicts: checked<string, string | null, 'conflictsFile'>(
    {
      value: 'FILE',
      offer: 'files',
      field: 'conflictsFile',
      group: 'Output',
      help: 'a JSON line for each place where payload came twice with other bytes, with both copies',
      readme:
        'a JSON line for each place where payload came twice with other bytes, as by an injection: both copies and both packets',
      conflicts: { resume: 'conflicts of results that are left alone are not kept' },
    },
    fileOf,
  ),
  /** Write what HTTP/1 has transferred. */
  objects: flag({
    group: 'Output',
    help: 'what HTTP/1 transferred, as files objects/UID-SIDE-N.ENDING, and a list of them, objects.jsonl',
    readme:
      'what HTTP/1 transferred, as files `objects/UID-SIDE-N.ENDING`, and a list of them, `objects.jsonl`. [Objects](docs/outputs.md#objects)',
    conflicts: { resume: 'objects of results that are left alone are not listed' },
  }),
  /** Write the packets of each connection as a capture, too. */
  pcap: flag({
    group: 'Output',
    help: 'the packets of each connection, too, as NAME.pcapng',
    readme: 'the packets of each connection, too, as `NAME.pcapng`: inputs are read twice',
    conflicts: {
      noWrite: 'one asks for files, the other for none',
      writeToConsole: 'there are no files then',
      resume: 'they are made when all captures have been read',
      interface: 'a live capture comes only once',
    },
  }),
  /** Write no files of payload. */
  noPayload: denial({
    field: 'writePayload',
    group: 'Output',
    changesResults: true,
    help: 'no files of payload: only the others that are asked for, such as --pcap or -m',
    readme: 'no files of payload: only the others that are asked for, such as `--pcap` or `-m`',
  }),
  /** Folder for an archive: where in the captures the packets of each connection stand, and an index. */
  map: checked<string, string | null, 'mapDir'>(
    {
      value: 'DIR',
      offer: 'folders',
      field: 'mapDir',
      group: 'Output',
      help: 'an archive: the index, and where the packets of each connection stand (pcap2conn get --help)',
      readme:
        'an archive: the index, and where in the captures the packets of each connection stand, so that `pcap2conn get` has it again at once',
      conflicts: {
        resume: 'an archive is of one run',
        perFile: 'an archive is of one capture',
        interface: 'a live capture comes only once',
      },
    },
    fileOf,
  ),
  /** Write payload to standard output instead of connection files. */
  writeToConsole: flag({
    letter: 'c',
    field: 'toConsole',
    group: 'Output',
    help: 'payload goes to standard output, no connection files',
    readme: 'payload goes to standard output, and there are no connection files',
    conflicts: { noWrite: 'one asks for payload, the other for none' },
  }),
  /** Reassemble and report without writing connection files. */
  noWrite: denial({
    field: 'writeFiles',
    group: 'Output',
    help: 'reassemble and report, write no file for any connection',
    readme: 'reassemble and report, but write no file for any connection',
  }),
  /** Replace existing files. */
  force: flag({
    group: 'Output',
    help: 'replace files that exist',
    readme:
      'replace files that exist. Without it an existing file is never touched: it is named, all else is done, and the exit code is 1',
  }),

  /** Chunks as JSON lines, metadata as JSON. */
  json: flag({
    letter: 'j',
    group: 'Contents',
    changesResults: true,
    help: 'data chunks as JSON lines (and metadata as JSON)',
    readme: 'data chunks as JSON lines, metadata as JSON',
  }),
  /** A header before every chunk. Without effect with `json`. */
  chunksHeader: flag({
    letter: 'd',
    field: 'chunkHeaders',
    group: 'Contents',
    changesResults: true,
    help: 'a header before every data chunk',
    readme: 'a header before every data chunk; without effect with `-j`',
  }),
  /** With `writeToConsole`, show offset, hexadecimal digits and text. */
  hex: flag({
    group: 'Contents',
    help: 'with -c: offset, hexadecimal digits and text, below a line for each change of connection or side',
    readme: 'with `-c`: payload as offset, hexadecimal digits and text',
    needs: { writeToConsole: 'files keep the bytes' },
    conflicts: { json: 'its lines have hexadecimal digits', chunksHeader: 'it has lines of its own' },
  }),
  /** What to write instead of bytes that the capture lost. Default "marker". */
  gaps: choice({
    value: 'STYLE',
    field: 'gapStyle',
    group: 'Contents',
    changesResults: true,
    help: 'for bytes the capture lost: marker (default), zeros or skip',
    readme:
      'what stands for bytes that the capture lost: `marker` (the text `[N bytes missing]`, default), `zeros` (N zero bytes), or `skip` (nothing)',
    choices: ['marker', 'zeros', 'skip'],
    fallback: 'marker',
  }),
  /** Use UTC instead of local time in file names. */
  utc: flag({ group: 'Contents', help: 'times in file names in UTC instead of the local zone' }),
}

/** The option that only the command line has. */
export const SUMMARY_OPTION = {
  /** Path for the run's summary, or `-` for standard output. */
  summary: path({
    value: 'FILE',
    offer: 'files',
    field: 'summaryFile',
    group: 'Report',
    help: "the run's totals as a JSON object; - for standard output",
    readme: "the run's totals as one JSON object; `-` for standard output",
  }),
}

function fileOf(label: string, value: unknown): string | null {
  if (value === undefined) return null
  const path = pathOf(label, value)
  if (path === '-') throw refusal(label, path, 'the path of a file')
  return path
}
