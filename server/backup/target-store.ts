// The database that a backup is restored into: what is there before, and what it is afterwards.
import type { Client } from 'pg'
import { Type } from 'typebox'
import type { Db } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'
import { quoted, type Identities } from './format.ts'
import { identityColumns, keptTables } from './layout-store.ts'

const There = Type.Object({ isOurs: Type.Boolean(), tables: Type.Integer(), servers: Type.Integer() })

/** `servers`: connections of running servers. */
export const whatIsThere = (db: Db) =>
  db.one(
    There,
    sql`
      select to_regclass('migration.applied') is not null as is_ours,
        (
          select count(*)
          from pg_class c
          where c.relnamespace = 'public'::regnamespace
            and c.relkind in ('r', 'p')
            and ${notOfAnExtension}
        ) as tables,
        (
          select count(*)
          from pg_stat_activity
          where datname = current_database()
            and application_name like 'curtain-pact server%'
        ) as servers`,
  )

const notOfAnExtension = sql`not exists (
  select
  from pg_depend d
  where d.classid = c.tableoid
    and d.objid = c.oid
    and d.deptype = 'e'
)`

/** The first table, by name, that holds anything. */
export async function firstFilled(client: Client, db: Db): Promise<string | undefined> {
  for (const { name } of await keptTables(db)) {
    const { rowCount } = await client.query(`select from public.${quoted(name)} limit 1`)
    if (rowCount) return name
  }
  return undefined
}

/** Removes everything that migrations made, and their record. */
export async function removeAll(db: Db): Promise<void> {
  await db.run(sql`
    do $$
    declare
      found record;
    begin
      for found in
        select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind, c.relname
        from pg_class c
        where c.relnamespace = 'public'::regnamespace
          and c.relkind in ('r', 'p', 'v', 'm')
          and ${notOfAnExtension}
      loop
        execute format('drop %s if exists public.%I cascade', found.kind, found.relname);
      end loop;
      for found in
        select c.oid::regprocedure as signature
        from pg_proc c
        where c.pronamespace = 'public'::regnamespace
          and ${notOfAnExtension}
      loop
        execute format('drop routine if exists %s cascade', found.signature);
      end loop;
      for found in
        select c.typname
        from pg_type c
        where c.typnamespace = 'public'::regnamespace
          and c.typtype in ('e', 'd')
          and ${notOfAnExtension}
      loop
        execute format('drop type if exists public.%I cascade', found.typname);
      end loop;
      drop schema if exists migration cascade;
    end $$`)
}

/**
 * Where the ids of the life after the backup may end. What was told to others under such an id (a webhook that drops
 * what it has seen, a device that knows its commands, a page its rings) must not swallow something new.
 */
const idsLeftOut = 1_000_000

export async function continueIdentities(db: Db, { identities }: Identities): Promise<void> {
  const lastOf = new Map(identities.map(({ table, column, last }) => [`${table}.${column}`, last]))
  for (const { table, column, sequence } of await identityColumns(db))
    await db.run(sql`
      select setval(${sequence}::regclass, ${(lastOf.get(`${table}.${column}`) ?? 0) + idsLeftOut})`)
}

/**
 * Every community's log begins anew, in an epoch that no page has ever seen: also when this file is restored a second
 * time. @param now epoch ms
 */
export async function beginEpoch(db: Db, now: number): Promise<void> {
  await db.run(sql`
    insert into community_log (community_id, epoch, head)
    select a.id, ${Math.floor(now / 1000)}, 0
    from area a
    where a.kind = 'community'
    on conflict (community_id) do update
    set epoch = greatest(community_log.epoch + 1, excluded.epoch), head = 0`)
}

/** Whoever was sending or consuming when the backup was made is no process of this database. */
export async function freeLeases(db: Db): Promise<void> {
  await db.run(sql`
    update telling
    set lease_until = null, lease_by = null
    where lease_until is not null or lease_by is not null`)
  await db.run(sql`
    update shard_lease
    set server_id = null
    where server_id is not null`)
}

/** @param now epoch ms @param takenAt of the backup, epoch ms */
export async function noteRestore(db: Db, { now, takenAt }: { now: number; takenAt: number }): Promise<void> {
  await db.run(sql`
    insert into audit (at, what, detail)
    values (${at(now)}, 'restored', ${json({ takenAt })})`)
}
