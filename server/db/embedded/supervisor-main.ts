import { writeSync } from 'node:fs'
import { supervise } from './supervisor.ts'

// A process of its own, started by open.ts: node --import tsx supervisor-main.ts <data directory> <durability>
const [dataDir = '', durability] = process.argv.slice(2)

const log = (line: string) => void writeSync(1, `${new Date().toISOString()} [${process.pid}] ${line}\n`)

const asked = new Promise<void>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve())
})

await supervise({ dataDir, durability: durability === 'disposable' ? 'disposable' : 'durable', asked, log })
process.exit(0)
