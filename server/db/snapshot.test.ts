import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { createEmptyDatabase, createTestDatabase, migrations } from '#testing/database.ts'
import { schemaSnapshot } from './snapshot.ts'
import { sql } from './sql.ts'

const file = join(migrations, 'schema.snapshot.txt')

describe('the snapshot of the schema', () => {
  test('is what the migrations make (write it with UPDATE_SNAPSHOT=1 npx vitest run server/db/snapshot.test.ts)', async () => {
    const { db, drop } = await createTestDatabase()
    const made = await schemaSnapshot(db)
    await drop()
    if (inject('updateSnapshot')) writeFileSync(file, made)
    expect(made).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '')
  })

  test('shows tables, columns, keys, indexes, comments, functions and triggers', async () => {
    const { db, drop } = await createEmptyDatabase()
    expect(await schemaSnapshot(db)).toBe('')
    await db.run(
      sql`create table home (id bigint generated always as identity primary key, room text default 'x')`,
    )
    await db.run(sql`comment on column home.room is 'as on the door'`)
    await db.run(sql`create index home_room on home (room) where room is not null`)
    await db.run(sql`create type mood as enum ('well', 'unwell')`)
    await db.run(
      sql`create function keep() returns trigger language plpgsql as ${sql`$$ begin return new; end $$`}`,
    )
    await db.run(sql`create trigger kept before update on home for each row execute function keep()`)
    expect((await schemaSnapshot(db)).split('\n')).toEqual([
      'table home',
      'column home.id bigint not null identity',
      "column home.room text default 'x'::text -- as on the door",
      'constraint home home_pkey PRIMARY KEY (id)',
      'index CREATE INDEX home_room ON public.home USING btree (room) WHERE (room IS NOT NULL)',
      'enum mood well, unwell',
      'CREATE OR REPLACE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql AS $function$ begin return new; end $function$',
      'CREATE TRIGGER kept BEFORE UPDATE ON public.home FOR EACH ROW EXECUTE FUNCTION keep()',
      '',
    ])
    await drop()
  })
})
