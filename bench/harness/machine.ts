import { readFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'

export type Machine = {
  cpu: string
  cores: number
  memoryGb: number
  system: string
  node: string
  /** The load before the run: on a busy machine only ratios mean something. */
  loadAverage: number | null
}

export function machine(): Machine {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    loadAverage: loadAverage(),
  }
}

function loadAverage(): number | null {
  try {
    return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
  } catch {
    return null
  }
}
