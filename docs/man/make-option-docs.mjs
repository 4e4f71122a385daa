// Writes what shows the option table: docs/man/pcap2conn.1 and the options of README.md. `npm run build` must have been run.

import { readFileSync, writeFileSync } from 'node:fs'
import { COMMAND_TABLE } from '../../dist/cli/command-table.js'
import { OPTION_GROUPS, OPTION_TABLE } from '../../dist/cli/option-table.js'
import { manPage } from './man-page.mjs'
import { withOptions } from './readme-options.mjs'

const README = new URL('../../README.md', import.meta.url)
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
writeFileSync(
  new URL('pcap2conn.1', import.meta.url),
  manPage(OPTION_TABLE, OPTION_GROUPS, COMMAND_TABLE, version),
)
writeFileSync(README, withOptions(readFileSync(README, 'utf8'), OPTION_TABLE))
