/** True when files go into a ZIP archive with this path, and not into a folder. */
export function isZipPath(path: string): boolean {
  return /\.zip$/i.test(path)
}
