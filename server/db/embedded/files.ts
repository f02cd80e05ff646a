import {
  closeSync,
  copyFileSync,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { limits } from './settings.ts'

/** Writes a file that is there in full or not at all, also after a power cut; readable by its owner alone. */
export function writeDurably(path: string, text: string): void {
  const unfinished = `${path}.new`
  writeFileSync(unfinished, text, { mode: 0o600, flush: true })
  renameSync(unfinished, path)
  syncDirectory(dirname(path))
}

/** Makes a rename in a directory survive a power cut. Windows has no such call, and does not need one. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return
  const file = openSync(directory, 'r')
  fsyncSync(file)
  closeSync(file)
}

/** A log to append to, readable by the owner of the data directory alone. */
export function openLog(path: string): number {
  trimLog(path)
  return openSync(path, 'a', 0o600)
}

/** Begins a log anew that has grown too large, and keeps what was in it once. Whoever appends to it goes on. */
export function trimLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size <= limits.logBytesMax) return
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
}
