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
 * Makes the report as one self-contained HTML page. The data is embedded as JSON that cannot be parsed as markup. The
 * content security policy allows only the program's own script and style, by hash, and loads nothing.
 *
 * @param title Title of the page.
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

/** JSON that is safe inside a `<script>` element: an HTML parser sees no tag, comment or end of the script in it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Escapes text for HTML content and quoted attributes. */
export function escapedHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => CHARACTER_NAMES[character]!)
}

/** Reads a file of `dist/app`, which `npm run build` makes. @throws Error when it is missing. */
export function appFile(name: string): string {
  // Resolved by the package's own name, because the bundler may put this code into any file.
  const root = dirname(createRequire(import.meta.url).resolve('pcap2conn/package.json'))
  return readFileSync(join(root, 'dist', 'app', name), 'utf8')
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
