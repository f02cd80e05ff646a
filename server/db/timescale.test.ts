import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { migrationsOf } from '#testing/migrations.ts'
import { createTimescaleDatabase } from '#testing/timescale.ts'
import { hideTimescale, migrate } from './migrate.ts'
import { schemaSnapshot } from './snapshot.ts'
import { sql } from './sql.ts'

let own: TestDatabase
// a database in WebAssembly takes its time
beforeAll(async () => {
  own = await createTimescaleDatabase()
}, 120_000)
afterAll(() => own.drop())

test('one schema: the migrations make the same tables, columns, keys and indexes on TimescaleDB', async () => {
  const plain = await createTestDatabase()
  expect(await schemaSnapshot(own.db)).toBe(await schemaSnapshot(plain.db))
  await plain.drop()
})

test('readings and their minutes are hypertables with a chunk a day', async () => {
  const Table = Type.Object({ name: Type.String(), hours: Type.Number() })
  const tables = await own.db.many(
    Table,
    sql`
      select hypertable_name as name, extract(epoch from time_interval) / 3600 as hours
      from timescaledb_information.dimensions
      order by 1`,
  )
  expect(tables).toEqual([
    { name: 'reading', hours: 24 },
    { name: 'reading_minute', hours: 24 },
  ])
})

test('what is older than late data can be is compressed, and answers and accepts as before', async () => {
  await own.db.run(sql`
    insert into reading (at, device_id, kind, value, received_at, home_id, community_id, time_source, origin)
    select day, device, 'co', device, day, device, 1, 'device', 'live'
    from generate_series(timestamptz '2026-03-01', '2026-03-03', '1 hour') as day, generate_series(1, 3) as device`)
  const before = await readings()
  const Job = Type.Object({ jobId: Type.Integer() })
  const jobs = await own.db.many(
    Job,
    sql`
      select job_id
      from timescaledb_information.jobs
      where hypertable_name in ('reading', 'reading_minute')
        and proc_name = 'policy_compression'`,
  )
  expect(jobs).toHaveLength(2)
  for (const { jobId } of jobs) await own.db.pool.query(`call run_job(${jobId})`)
  const Chunk = Type.Object({ compressed: Type.Integer() })
  const chunks = sql`
    select count(*) filter (where is_compressed)::int as compressed
    from timescaledb_information.chunks`
  expect((await own.db.one(Chunk, chunks)).compressed).toBe(3)
  expect(await readings()).toEqual(before)

  // redelivery, and a higher value for the same instant, into what is compressed
  const again = (value: number) =>
    own.db.run(sql`
    insert into reading (at, device_id, kind, value, received_at, home_id, community_id, time_source, origin)
    values ('2026-03-01 05:00+00', 2, 'co', ${value}, '2026-03-01 05:00+00', 2, 1, 'device', 'live')
    on conflict (device_id, kind, at) do update
    set value = excluded.value
    where excluded.value > reading.value`)
  expect(await again(2)).toBe(0)
  expect(await again(300)).toBe(1)
  expect((await readings()).filter(({ value }) => value === 300)).toHaveLength(1)
  expect(await readings()).toHaveLength(before.length)
})

const Reading = Type.Object({ at: Type.Integer(), deviceId: Type.Integer(), value: Type.Number() })
const readings = () => own.db.many(Reading, sql`select at, device_id, value from reading order by 1, 2`)

test('a TimescaleDB that is installed and not preloaded is not used, and hinders nothing', async () => {
  // what `create extension` says there, and then ends the connection
  const text = `-- as 002 does, where it can see TimescaleDB
    do $$ begin
      if to_regclass('pg_temp.pg_available_extensions') is null then
        raise exception 'extension "timescaledb" must be preloaded';
      end if;
    end $$`
  const directory = migrationsOf({
    '001_series.sql': text,
    '002_more.sql': '-- more\ncreate table more (id int);',
  })
  const plain = await createEmptyDatabase()
  expect(await migrate({ url: plain.url, directory })).toEqual(['001_series.sql', '002_more.sql'])
  await plain.drop()

  const seen = sql`select name from pg_available_extensions where name = 'timescaledb'`
  const found = await own.db.transaction(async (tx) => {
    const before = await tx.run(seen)
    await hideTimescale(tx)
    const after = await tx.run(seen)
    await tx.run(sql`drop view pg_temp.pg_available_extensions`)
    return [before, after]
  })
  expect(found).toEqual([1, 0])
})
