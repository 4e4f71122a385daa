/** Endings of files by content type. */
const ENDINGS: Readonly<Record<string, string>> = {
  'application/gzip': 'gz',
  'application/java-archive': 'jar',
  'application/javascript': 'js',
  'application/json': 'json',
  'application/msword': 'doc',
  'application/octet-stream': 'bin',
  'application/ocsp-response': 'ocsp',
  'application/pdf': 'pdf',
  'application/vnd.ms-cab-compressed': 'cab',
  'application/x-gzip': 'gz',
  'application/x-javascript': 'js',
  'application/x-msdos-program': 'exe',
  'application/x-msdownload': 'exe',
  'application/x-shockwave-flash': 'swf',
  'application/xhtml+xml': 'xhtml',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'audio/mpeg': 'mp3',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'image/bmp': 'bmp',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/vnd.microsoft.icon': 'ico',
  'image/webp': 'webp',
  'image/x-icon': 'ico',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/javascript': 'js',
  'text/plain': 'txt',
  'text/xml': 'xml',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'application/wasm': 'wasm',
}

/** The ending of a file with this content, without dot; of a type that is not known `bin`. Nothing in it comes from the capture. */
export function endingOf(contentType: string | null): string {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
  return Object.hasOwn(ENDINGS, type) ? ENDINGS[type]! : 'bin'
}
