// A server around a database that was tampered with: only these programs can make one, nothing that ships can.
import process from 'node:process'
import { systemClock } from '../../../server/clock/clock.ts'
import { openDatabase, type Database } from '../../../server/db/database.ts'
import { createApp } from '../../../server/app.ts'
import { readConfig } from '../../../server/config.ts'
import { createLog } from '../../../server/log.ts'

export async function serveOn(tampered: (db: Database) => Database): Promise<void> {
  const config = readConfig(process.env)
  const databaseUrl = config.databaseUrl ?? ''
  const db = openDatabase({ url: databaseUrl, poolSize: 12, applicationName: 'curtain-pact planted bug' })
  const app = await createApp({
    db: tampered(db),
    databaseUrl,
    clock: systemClock,
    log: createLog(config),
    demo: undefined,
    secureCookies: false,
    dashboardDir: undefined,
  })
  await app.listen({ host: config.host, httpPort: config.httpPort, mqttPort: config.mqttPort })
}
