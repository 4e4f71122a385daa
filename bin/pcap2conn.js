#!/usr/bin/env node
import { start } from '../dist/bundle/start.js'

process.exit(await start(process.argv.slice(2)))
