import { randomInt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { writeDurably } from './files.ts'
import { EmbeddedRefused } from './refused.ts'
import { ports } from './settings.ts'

/** The port of this data directory: the same as last time unless somebody else has taken it since. */
export async function portOf(dataDir: string): Promise<number> {
  const file = join(dataDir, 'postgres-port')
  const recorded = existsSync(file) ? Number(readFileSync(file, 'utf8')) : Number.NaN
  if (Number.isSafeInteger(recorded) && (await isFree(recorded))) return recorded
  const port = await freePort()
  writeDurably(file, `${port}\n`)
  return port
}

async function freePort(): Promise<number> {
  // with one port in two taken, which no machine has, a million machines would see one failure
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const port = randomInt(ports.first, ports.last)
    if (await isFree(port)) return port
  }
  throw new EmbeddedRefused(`No free port for the database between ${ports.first} and ${ports.last}.`)
}

/** Whether a server could listen there now. @param port on 127.0.0.1 */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
