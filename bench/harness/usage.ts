// What a process has used so far, from /proc. Where that does not exist the figures are NaN and say so.
import { readFileSync, readdirSync } from 'node:fs'

/** CPU seconds of user and system together; resident memory in bytes. */
export type Usage = { cpuSeconds: number; residentBytes: number }

/** Linux counts CPU in hundredths of a second (USER_HZ) for every reader of /proc. */
const ticksPerSecond = 100

export function usageOf(pid: number): Usage {
  const stat = statOf(pid)
  return {
    cpuSeconds: stat ? (stat.own + stat.ended) / ticksPerSecond : NaN,
    residentBytes: residentBytesOf(pid),
  }
}

/** A process and all its children, also those that have ended: PostgreSQL has one for each connection. */
export function usageOfFamily(pid: number): Usage {
  const parent = statOf(pid)
  if (!parent) return { cpuSeconds: NaN, residentBytes: NaN }
  const children = everyPid().flatMap((child) => {
    const stat = statOf(child)
    return stat?.parent === pid ? [{ child, ticks: stat.own }] : []
  })
  const ticks = children.reduce((sum, one) => sum + one.ticks, parent.own + parent.ended)
  return { cpuSeconds: ticks / ticksPerSecond, residentBytes: residentBytesOf(pid) }
}

export const since = (now: Usage, before: Usage): number => now.cpuSeconds - before.cpuSeconds

const everyPid = (): number[] =>
  readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []))

/** Fields 4 (parent), 14 and 15 (own time), 16 and 17 (time of children that ended) of proc(5). */
function statOf(pid: number): { parent: number; own: number; ended: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const field = (nth: number) => fields[nth - 3] ?? 0
    return { parent: field(4), own: field(14) + field(15), ended: field(16) + field(17) }
  } catch {
    return undefined
  }
}

function residentBytesOf(pid: number): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return found ? Number(found[1]) * 1024 : NaN
  } catch {
    return NaN
  }
}
