// 周阿姨 and 李梅 have no page: what reaches them comes to a pager.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FakeClock } from '#clock/fake-clock.ts'
import type { IncidentKind, Origin, Stage } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import type { Person } from '../scenarios/people.ts'
import type { Received } from './scenario-received.ts'
import type { ScenarioWorld } from './scenario-world.ts'

type Page = {
  kind: IncidentKind
  stage: Stage
  purpose: 'alarm' | 'inform'
  origin: Origin
  incidentId: number
}
type Options = { db: Db; world: ScenarioWorld; clock: FakeClock; received: Received[] }

const withPager = ['周阿姨', '李梅'] as const satisfies readonly Person[]

export async function createScenarioInboxes({ db, world, clock, received }: Options) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { kind, stage, purpose, origin, incidentId } = JSON.parse(
        Buffer.concat(chunks).toString(),
      ) as Page
      const who = withPager[Number(request.url?.slice(1))] ?? '周阿姨'
      const what = `${kind} ${stage}` as const
      received.push({ is: 'rung', at: clock.now(), who, what, purpose, origin, incidentId })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  for (const [index, name] of withPager.entries()) {
    await db.run(sql`
      insert into contact_point (person_id, channel, address, secret, position)
      values (
        ${world.personIds[name]}, 'webhook', ${`http://127.0.0.1:${port}/${index}`},
        'a secret of 32 characters or more', 2
      )`)
  }
  return {
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
