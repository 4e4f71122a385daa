/** A user without rights, of no file and of no group that has some. */
export const NOBODY = 65_534

/** Calls `action` as a user who may read only what all may: root is let off its rights for that time. */
export async function withoutRights<T>(action: () => T | Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    return await action()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}
