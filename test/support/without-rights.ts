/** An unprivileged user, who owns no files. */
export const NOBODY = 65_534

/** Calls `action` as an unprivileged user: if the process is root, it drops its privileges meanwhile. */
export async function withoutRights<T>(action: () => T | Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    return await action()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}
