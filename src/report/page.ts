import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { visible } from './app/format.js'
import type { ReportData } from './report-data.js'

const CHARACTER_NAMES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * The report as one HTML page that needs nothing else. Its data stands in it as JSON that no HTML parser takes for
 * markup; only the program's own script and style run, by their hashes, and nothing is loaded.
 *
 * @param data `title` is shown as the name of the page.
 */
export function reportPage(title: string, data: ReportData): string {
  const script = appFile('report.js')
  const style = appFile('report.css')
  const policy = [
    "default-src 'none'",
    `script-src '${sha256(script)}'`,
    `style-src '${sha256(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="pcap2conn ${escapedHtml(data.version)}">
<meta name="color-scheme" content="light dark">
<title>${escapedHtml(visible(title))}</title>
<style>${style}</style>
</head>
<body>
<main id="app" data-title="${escapedHtml(title)}"><noscript>This report draws its charts and tables with JavaScript, which is switched off.</noscript></main>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>${script}</script>
</body>
</html>
`
}

/** A value as JSON in which HTML finds no tag, comment or end of a script. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Text that stands for itself between tags and in attributes in quotes. */
export function escapedHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => CHARACTER_NAMES[character]!)
}

/** Reads a file of the pages as `npm run build` made it. */
export function appFile(name: string): string {
  // By the package's own name, so that it doesn't matter which file this is bundled into.
  const root = dirname(createRequire(import.meta.url).resolve('pcap2conn/package.json'))
  return readFileSync(join(root, 'dist', 'app', name), 'utf8')
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
