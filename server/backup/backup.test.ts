import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Client } from 'pg'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connection, openDatabase } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createEmptyDatabase, createTestDatabase, migrations, type TestDatabase } from '#testing/database.ts'
import { createTimescaleDatabase } from '#testing/timescale.ts'
import { seedDemo } from '../demo/seed.ts'
import { keptTables } from './layout-store.ts'
import { checkBackup } from './read-backup.ts'
import { restoreBackup, type Restoring } from './restore.ts'
import { writeBackup } from './write-backup.ts'

const now = Date.parse('2026-03-02T07:00:00+08:00')
const later = now + 3 * 3_600_000

const folder = mkdtempSync(join(tmpdir(), 'curtain-pact-backup-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${(files += 1)}.backup`)

const restore = (own: TestDatabase, file: string, more: Partial<Restoring> = {}) =>
  restoreBackup({ url: own.url, file, directory: migrations, now: later, onto: 'empty', ...more })

/** Until the end of the test. */
async function given(create: () => Promise<TestDatabase>): Promise<TestDatabase> {
  const own = await create()
  onTestFinished(() => own.drop())
  return own
}

/** Every row of every table that is kept, as text; `left out` says which a restore is meant to change. */
async function everything(url: string): Promise<Record<string, string[]>> {
  const client = new Client(connection(url, 'curtain-pact test'))
  const db = openDatabase({ url, poolSize: 1, applicationName: 'curtain-pact test' })
  await client.connect()
  const rows: Record<string, string[]> = {}
  for (const { name } of await keptTables(db)) {
    const found = await client.query<{ row: string }>(`select r::text as row from "${name}" r order by 1`)
    rows[name] = found.rows.map(({ row }) => row)
  }
  await client.end()
  await db.close()
  delete rows['community_log']
  return rows
}
/** A restore writes down that it was one, and nothing else. */
const withoutNote = ({ audit = [], ...rows }: Record<string, string[]>) => ({
  ...rows,
  audit: audit.filter((row) => !row.includes('restored')),
})

/** The demo's whole neighbourhood with its history, and what strains a text format. */
async function fill({ db }: TestDatabase): Promise<void> {
  await seedDemo({ db, now, hashPassword: async () => 'hash' })
  await db.run(sql`
    insert into message (device_id, id, kind, received_at, body, origin)
    values (1, ${'tab\tline\nback\\slash \\. \\N 𝄞'}, 'sos', '2026-03-01 08:00:00.123456+08', ${Buffer.from([0, 10, 92, 46, 255])}, 'demo')`)
  await db.run(sql`
    insert into message (device_id, id, kind, received_at, origin)
    values (1, '\\.', 'sos', '2026-03-01', 'demo'), (1, '', 'sos', '2026-03-01', 'demo')`)
  await db.run(sql`
    insert into reading (at, device_id, kind, value, received_at, home_id, community_id, time_source, origin)
    select at, device, 'co', 0.1 + 1.0 / device, at, device, 1, 'device', 'demo'
    from generate_series(timestamptz '2026-01-01', '2026-03-01', '1 hour') as at, generate_series(1, 7) as device`)
  await db.run(sql`update device set unrolled_from = '2026-03-01' where id < 8`)
}

let source: TestDatabase
let file: string
let before: Record<string, string[]>
beforeAll(async () => {
  source = await createTestDatabase()
  await fill(source)
  before = await everything(source.url)
  file = newFile()
  await writeBackup({ url: source.url, file, now })
})
afterAll(() => source.drop())

describe('a restore', () => {
  test('into an empty database gives every row of every table back', async () => {
    const own = await given(createEmptyDatabase)
    const { tables } = await restore(own, file)
    expect(withoutNote(await everything(own.url))).toEqual(before)
    expect(tables.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(10_000)
    expect(Object.values(before).filter((rows) => rows.length > 0).length).toBeGreaterThan(12)
  })

  test('counts its ids on beyond all that were given to others after the backup', async () => {
    const own = await given(createEmptyDatabase)
    await restore(own, file)
    const Id = Type.Object({ id: Type.Integer() })
    const add = sql`insert into area (kind, name, path) values ('district', '安宁区', '{}') returning id`
    const first = await source.db.one(Id, add)
    const again = await own.db.one(Id, add)
    expect(again.id).toBeGreaterThan(first.id + 999_000)
    await source.db.run(sql`delete from area where id = ${first.id}`)
  })

  test('into a database that holds something is refused, unless it is told to replace it', async () => {
    const own = await given(createTestDatabase)
    await seedCast(own.db, now)
    const there = await everything(own.url)
    await expect(restore(own, file)).rejects.toThrow(/not empty.*--replace/)
    expect(await everything(own.url)).toEqual(there)
    await restore(own, file, { onto: 'replace' })
    expect(withoutNote(await everything(own.url))).toEqual(before)
  })

  test('into the database of something else is refused, whatever it is told', async () => {
    const own = await given(createEmptyDatabase)
    await own.db.run(sql`create table invoice (id int)`)
    await expect(restore(own, file, { onto: 'replace' })).rejects.toThrow('belongs to something else')
  })

  test('while a server runs on it is refused', async () => {
    const own = await given(createTestDatabase)
    const server = openDatabase({ url: own.url, poolSize: 1, applicationName: 'curtain-pact server' })
    await server.run(sql`select 1`)
    await expect(restore(own, file, { onto: 'replace' })).rejects.toThrow('A server is running')
    await server.close()
  })
})

describe('a file', () => {
  let own: TestDatabase
  let there: Record<string, string[]>
  beforeAll(async () => {
    own = await createTestDatabase()
    await seedCast(own.db, now)
    there = await everything(own.url)
  })
  afterAll(() => own.drop())

  test('can be read without this program, and by nobody else on the machine', () => {
    const lines = gunzipSync(readFileSync(file)).toString().split('\n')
    expect(lines[0]).toMatch(/^-- \{"format":"curtain-pact backup","version":1,/)
    expect(lines[1]).toMatch(/^copy public\."area" \("id", /)
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([])
  })

  test('is never written over', async () => {
    await expect(writeBackup({ url: source.url, file, now })).rejects.toThrow('is there already')
    await checkBackup(file)
  })

  test.each([
    ['cut off in the middle', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ['without its last byte', (whole: Buffer) => whole.subarray(0, -1)],
    ['cut off before its last line', (whole: Buffer) => cut(whole, -1)],
    ['cut off between two tables', (whole: Buffer) => cut(whole, 40)],
    ['with one byte changed', (whole: Buffer) => flipped(whole)],
    ['with one value changed', (whole: Buffer) => changed(whole, '幸福里', '福幸里')],
    [
      'with something behind its end',
      (whole: Buffer) => gzipSync(`${gunzipSync(whole).toString()}select 1;\n`),
    ],
    ['that is empty', () => Buffer.alloc(0)],
    ['that is something else', () => Buffer.from('create table home (id int);')],
    ['that is something else, zipped', () => gzipSync('create table home (id int);\n')],
  ])('%s is refused and changes nothing', async (_, damage) => {
    const broken = newFile()
    writeFileSync(broken, damage(readFileSync(file)))
    await expect(restore(own, broken, { onto: 'replace' })).rejects.toThrow('no whole backup')
    expect(await everything(own.url)).toEqual(there)
  })

  test('whose rows are not those that were counted is refused and changes nothing', async () => {
    const forged = newFile()
    writeFileSync(forged, resealed(changed(readFileSync(file), '幸福里', '福幸里')))
    await expect(restore(own, forged, { onto: 'replace' })).rejects.toThrow(/did not come out as it went in/)
    expect(await everything(own.url)).toEqual(there)
  })

  test('of a newer program is refused, of an older one brought forward', async () => {
    const older = mkdtempSync(join(tmpdir(), 'curtain-pact-sql-'))
    onTestFinished(() => rmSync(older, { recursive: true }))
    const names = readdirSync(migrations)
      .filter((name) => name.endsWith('.sql'))
      .sort()
    for (const name of names.slice(0, 2)) cpSync(join(migrations, name), join(older, name))
    const past = await given(() => createTestDatabase(older))
    await past.db.run(
      sql`insert into area (kind, name, zone, path) values ('community', '幸福里', 'Asia/Shanghai', '{1}')`,
    )
    const old = newFile()
    await writeBackup({ url: past.url, file: old, now })

    const target = await given(createEmptyDatabase)
    await expect(restore(target, file, { directory: older })).rejects.toThrow(
      `This backup is newer than this program: it has ${names[2]}`,
    )
    await restore(target, old)
    const Applied = Type.Object({ name: Type.String() })
    const applied = await target.db.many(Applied, sql`select name from migration.applied order by name`)
    expect(applied.map(({ name }) => name)).toEqual(names)
    expect((await everything(target.url))['area']).toHaveLength(1)
  })
})

test('a backup is as of one instant, while devices go on', async () => {
  const own = await given(createTestDatabase)
  const cast = await seedCast(own.db, now)
  await written(own, cast, { from: 0, count: 50 })
  const devices = { areOn: true }
  let count = 50
  const going = (async () => {
    for (; devices.areOn; count += 1) await written(own, cast, { from: count, count: 1 })
  })()
  const live = newFile()
  await writeBackup({ url: own.url, file: live, now })
  devices.areOn = false
  await going
  const target = await given(createEmptyDatabase)
  const { tables } = await restore(target, live)
  const rowsIn = (name: string) => tables.find(({ table }) => table === name)?.rows
  expect(rowsIn('message')).toBeGreaterThanOrEqual(50)
  expect(rowsIn('message')).toBeLessThan(count)
  // what is written together is there together
  expect(rowsIn('reading')).toBe(rowsIn('message'))
  expect(rowsIn('sign')).toBe(rowsIn('message'))
})

// a database in WebAssembly takes its time
test('the rows of a hypertable come to a plain table and back', { timeout: 120_000 }, async () => {
  const timescale = await given(createTimescaleDatabase)
  await timescale.db.run(sql`
    insert into reading (at, device_id, kind, value, received_at, home_id, community_id, time_source, origin)
    select at, 1, 'co', 0.1 + extract(day from at), at, 1, 1, 'device', 'live'
    from generate_series(timestamptz '2026-02-01', '2026-02-05 03:30', '30 minutes') as at`)
  await timescale.db.pool.query(`select compress_chunk(show_chunks('reading'))`)
  const there = await everything(timescale.url)
  expect(there['reading']).toHaveLength(200)
  const first = newFile()
  await writeBackup({ url: timescale.url, file: first, now })
  const plain = await given(createEmptyDatabase)
  await restore(plain, first)
  expect(withoutNote(await everything(plain.url))).toEqual(there)
  const second = newFile()
  await writeBackup({ url: plain.url, file: second, now: later })
  await restore(timescale, second, { onto: 'replace' })
  expect(withoutNote(await everything(timescale.url))).toEqual(there)
  const Chunks = Type.Object({ count: Type.Integer() })
  const chunks = sql`select count(*)::int as count from timescaledb_information.chunks where hypertable_name = 'reading'`
  expect((await timescale.db.one(Chunks, chunks)).count).toBe(5)
})

/** Each in a transaction: a message, its reading, and a sign. */
async function written({ db }: TestDatabase, cast: Cast, { from, count }: { from: number; count: number }) {
  for (let n = from; n < from + count; n += 1)
    await db.transaction(async (tx) => {
      const { id } = cast.devices.liCo
      const when = sql`timestamptz '2026-02-01' + ${n} * interval '1 hour'`
      await tx.run(sql`
        insert into message (device_id, id, kind, received_at, origin)
        values (${id}, ${String(n)}, 'readings', ${when}, 'live')`)
      await tx.run(sql`
        insert into reading (at, device_id, kind, value, received_at, home_id, community_id, time_source, origin)
        values (${when}, ${id}, 'co', ${n}, ${when}, ${cast.homes.li}, ${cast.communityId}, 'device', 'live')`)
      await tx.run(sql`
        insert into sign (at, community_id, home_id, what, indoors, received_at, time_source, origin)
        values (${when}, ${cast.communityId}, ${cast.homes.li}, 'motion', true, ${when}, 'device', 'live')`)
    })
}

/** Whole lines only, zipped anew. */
function cut(whole: Buffer, lines: number): Buffer {
  return gzipSync(`${gunzipSync(whole).toString().trimEnd().split('\n').slice(0, lines).join('\n')}\n`)
}

function flipped(whole: Buffer): Buffer {
  const copy = Buffer.from(whole)
  const middle = Math.floor(copy.length / 2)
  copy[middle] = (copy[middle] ?? 0) ^ 1
  return copy
}

const changed = (whole: Buffer, from: string, to: string): Buffer =>
  gzipSync(gunzipSync(whole).toString().replace(from, to))

/** With a checksum that fits. */
function resealed(whole: Buffer): Buffer {
  const lines = gunzipSync(whole).toString().trimEnd().split('\n').slice(0, -1)
  const body = `${lines.join('\n')}\n`
  const sha256 = createHash('sha256').update(body).digest('hex')
  return gzipSync(`${body}-- ${JSON.stringify({ sha256 })}\n`)
}
