import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { withFolder } from '../support/program.js'

const run = promisify(execFile)

// [example, arguments, output]; OUT is a new folder
const examples: [string, string[], string][] = [
  [
    'chunks.mjs',
    ['fixtures/lost-segment.pcap'],
    `1:d3ImTMYxB4tQc41/E8YxYNwXiHw= ShADdgFf
  1709633580.287035000 orig 58 bytes
  1709633580.299380000 resp 39 bytes
  1709633580.311725000 resp 32 bytes
  1709633580.348760000 resp 12 bytes (after 23 lost)
  1709633581.173450000 resp 21 bytes
`,
  ],
  [
    'connections.mjs',
    ['fixtures/http.pcap.gz'],
    `192.0.2.44 -> 198.51.100.80:80 SF
  "GET / HTTP/1.1"
  "HTTP/1.1 200 OK"
`,
  ],
  ['convert.mjs', ['OUT', 'fixtures/http.pcap.gz', 'fixtures/dns.pcap'], '3 connections in 5 files\n'],
  [
    'packets.mjs',
    ['fixtures/two-interfaces.pcapng'],
    `14 packets of link type 1, less than 128 bytes
7 packets of link type 101, less than 128 bytes
2 packets of link type 1, 128 or more bytes
1 packets of link type 101, 128 or more bytes
`,
  ],
]

it.each(examples)('docs/examples/%s works', async (example, args, output) => {
  await withFolder(async (folder) => {
    const { stdout, stderr } = await run(process.execPath, [
      `docs/examples/${example}`,
      ...args.map((arg) => arg.replace('OUT', folder)),
    ])
    expect({ stdout, stderr }).toEqual({ stdout: output, stderr: '' })
  })
})

it('has no example that is not run', () => {
  expect(examples.map(([example]) => example).sort()).toEqual(readdirSync('docs/examples').sort())
})
