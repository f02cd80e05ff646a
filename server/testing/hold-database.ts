import { once } from 'node:events'
import { openEmbedded } from '../db/embedded/open.ts'
import type { HolderKind } from '../db/embedded/messages.ts'

// A process that holds a database, for tests that kill it: hold-database.ts <data directory> <start|server>
// Says one line of JSON for each thing that happens; leaves when its stdin ends.
const [dataDir = '', holder] = process.argv.slice(2)

const say = (event: object) => void process.stdout.write(`${JSON.stringify(event)}\n`)
const log = {
  info: (_: object, message: string) => say({ info: message }),
  warn: (_: object, message: string) => say({ warn: message }),
  error: (_: object, message: string) => say({ error: message }),
}

try {
  const database = await openEmbedded({ dataDir, holder: holder as HolderKind, log })
  database.onLost((reason) => say({ lost: reason.message }))
  say({ url: database.url })
  process.stdin.resume()
  await once(process.stdin, 'end')
  await database.close()
  say({ closed: true })
  process.exit(0)
} catch (error) {
  say({ refused: (error as Error).message })
  process.exit(1)
}
