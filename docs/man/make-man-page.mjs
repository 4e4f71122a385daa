// Writes docs/man/pcap2conn.1. `npm run build` must have been run.

import { readFileSync, writeFileSync } from 'node:fs'
import { COMMAND_TABLE } from '../../dist/cli/command-table.js'
import { OPTION_GROUPS, OPTION_TABLE } from '../../dist/cli/option-table.js'
import { manPage } from './man-page.mjs'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
writeFileSync(
  new URL('pcap2conn.1', import.meta.url),
  manPage(OPTION_TABLE, OPTION_GROUPS, COMMAND_TABLE, version),
)
