import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { HolderKind } from '../db/embedded/messages.ts'

type Said = { url?: string; refused?: string; lost?: string; info?: string; warn?: string; closed?: boolean }

/** Another process that holds the database of a directory. */
export type HolderProcess = {
  pid: number
  /** Everything that it has said so far. */
  said: Said[]
  /** The first thing of that kind which it said or says; fails when it ends without. */
  says: <K extends keyof Said>(kind: K, text?: string) => Promise<NonNullable<Said[K]>>
  leave: () => Promise<void>
  kill: () => Promise<void>
}

const program = fileURLToPath(new URL('hold-database.ts', import.meta.url))

/** Starts a process that opens the database of a directory and holds it until it leaves or is killed. */
export function holderProcess(dataDir: string, kind: HolderKind): HolderProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', program, dataDir, kind], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const said: Said[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => said.push(JSON.parse(line) as Said))
  const exited = once(child, 'exit')
  child.stdin.on('error', () => {})
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    pid: child.pid ?? 0,
    said,
    async says(wanted, text = '') {
      for (;;) {
        const found = said.map((one) => one[wanted]).find((value) => value && String(value).includes(text))
        if (found) return found
        if (child.exitCode !== null)
          throw new Error(`it ended and never said ${wanted}: ${JSON.stringify(said)}`)
        await Promise.race([once(lines, 'line'), once(lines, 'close')])
      }
    },
    async leave() {
      child.stdin.end()
      await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
