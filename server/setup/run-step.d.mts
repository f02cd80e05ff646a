import type { SpawnOptions } from 'node:child_process'
export function runStep(step: {
  title: string
  command: string
  args: string[]
  options: SpawnOptions
  logPath?: string
  limitMs: number
  graceMs?: number
}): Promise<{ code: number; reason: string | undefined }>
