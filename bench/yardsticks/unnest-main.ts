// Bare SQL, a process of its own: the same rows into the same table, 1,000 at a time on one connection, nothing else.
import { Client } from 'pg'
import { answerParent } from '../harness/worker.ts'

const batchRows = 1000

let client: Client | undefined
let minute = 0

answerParent({
  async open({ databaseUrl }: { databaseUrl: string }) {
    client = new Client({ connectionString: databaseUrl })
    await client.connect()
  },
  /** Inserts for `ms`, and gives values a second. Every batch is committed by itself. */
  async run({ ms, devices }: { ms: number; devices: number }) {
    const startedAt = performance.now()
    let values = 0
    while (performance.now() < startedAt + ms) {
      await insert(devices)
      values += batchRows
    }
    return (values * 1000) / (performance.now() - startedAt)
  },
})

/** As buffered messages hold them: 60 values of one device, a second apart. */
async function insert(devices: number): Promise<void> {
  const now = Date.now()
  const receivedAt = new Date(now)
  const rows = Array.from({ length: batchRows }, (_, nth) => {
    const message = minute + Math.floor(nth / 60)
    const device = 1 + (message % devices)
    const at = now - 71 * 3_600_000 + Math.floor(message / devices) * 60_000 + (nth % 60) * 1000
    return { at: new Date(at), device, value: nth % 5 }
  })
  minute += Math.ceil(batchRows / 60)
  await client?.query({
    name: 'insert',
    text: `
      insert into reading (at, device_id, kind, value, received_at, home_id, community_id, flags, time_source, origin)
      select *
      from unnest(
        $1::timestamptz[], $2::bigint[], $3::text[], $4::float8[], $5::timestamptz[], $6::bigint[], $7::bigint[],
        $8::int[], $9::text[], $10::text[]
      )
      on conflict (device_id, kind, at) do nothing`,
    values: [
      rows.map(({ at }) => at),
      rows.map(({ device }) => device),
      rows.map(() => 'co'),
      rows.map(({ value }) => value),
      rows.map(() => receivedAt),
      rows.map(({ device }) => device),
      rows.map(() => 1),
      rows.map(() => 0),
      rows.map(() => 'device'),
      rows.map(() => 'live'),
    ],
  })
}
