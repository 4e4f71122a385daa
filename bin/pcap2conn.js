#!/usr/bin/env node
// On SIGUSR1 Node.js opens its inspector, through which others run code, unless that signal is taken.
process.on('SIGUSR1', () => {})
const { start } = await import('../dist/bundle/start.js')

process.exit(await start(process.argv.slice(2)))
