// What there is to keep: read from the catalog, so that a new table is in the next backup by itself.
import type { Client } from 'pg'
import { Type } from 'typebox'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { columnList, quoted, type Identities } from './format.ts'

/**
 * Of the moment, and wrong in any other: the event log (a restore starts a new epoch), which pages are open, which
 * processes live, and wrong passwords of the last minutes.
 */
const momentary = ['event_log', 'page_presence', 'server', 'sign_in_try']

const Table = Type.Object({
  name: Type.String(),
  columns: Type.Array(Type.String()),
  /** Tables whose rows have to be there before. */
  after: Type.Array(Type.String()),
})
export type Table = { name: string; columns: string[]; after: string[] }

/** All tables that are kept, those which others refer to first. */
export async function keptTables(db: Db): Promise<Table[]> {
  const found = await db.many(
    Table,
    sql`
      select c.relname::text as name,
        array(
          select a.attname::text
          from pg_attribute a
          where a.attrelid = c.oid
            and a.attnum > 0
            and not a.attisdropped
            and a.attgenerated = ''
          order by a.attnum
        ) as columns,
        array(
          select distinct f.confrelid::regclass::text
          from pg_constraint f
          where f.conrelid = c.oid
            and f.contype = 'f'
            and f.confrelid <> c.oid
        ) as after
      from pg_class c
      where c.relnamespace = 'public'::regnamespace
        and c.relkind = 'r'
        and c.relname <> all(${momentary}::text[])
        and not exists (
          select
          from pg_depend d
          where d.classid = 'pg_class'::regclass
            and d.objid = c.oid
            and d.deptype = 'e'
        )
      order by c.relname`,
  )
  return inOrder(found)
}

function inOrder(tables: readonly Table[]): Table[] {
  const ordered: Table[] = []
  const left = new Map(tables.map((table) => [table.name, table]))
  while (left.size > 0) {
    const next = [...left.values()].find((table) => !table.after.some((name) => left.has(name)))
    if (!next) throw new Error(`these tables refer to each other in a circle: ${[...left.keys()].join(', ')}`)
    ordered.push(next)
    left.delete(next.name)
  }
  return ordered
}

const Identity = Type.Object({ table: Type.String(), column: Type.String(), sequence: Type.String() })

export const identityColumns = (db: Db) =>
  db.many(
    Identity,
    sql`
      select c.relname::text as table, a.attname::text as column,
        pg_get_serial_sequence(quote_ident(c.relname), a.attname) as sequence
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid
      where a.attidentity <> ''
        and c.relnamespace = 'public'::regnamespace
        and c.relkind = 'r'
      order by 1, 2`,
  )

const Last = Type.Object({ last: Type.Integer() })

export async function lastIdentities(db: Db): Promise<Identities> {
  const identities: Identities['identities'] = []
  for (const { table, column, sequence } of await identityColumns(db)) {
    const { last } = await db.one(
      Last,
      sql`
        select coalesce(pg_sequence_last_value(${sequence}::regclass), 0) as last`,
    )
    identities.push({ table, column, last })
  }
  return { identities }
}

/** Rows, and a sum over all of them that depends neither on their order nor on the version of PostgreSQL. */
export async function fingerprintOf(
  client: Client,
  { name, columns }: { name: string; columns: readonly string[] },
): Promise<{ rows: number; fingerprint: string }> {
  // names of tables are no parameters; these come from the catalog, and are quoted
  const { rows } = await client.query<{ rows: number; fingerprint: string }>(`
    select count(*) as rows,
      coalesce(sum(('x' || substr(md5(r::text), 1, 15))::bit(60)::bigint), 0)::text as fingerprint
    from (
      select ${columnList(columns)}
      from public.${quoted(name)}
    ) as r`)
  const [found] = rows
  if (!found) throw new Error(`${name} cannot be counted`)
  return found
}
