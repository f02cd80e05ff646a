import { Type } from 'typebox'
import type { Db } from './database.ts'
import { sql, type Sql } from './sql.ts'

/**
 * The schema of a database as sorted text, to be read in a review beside the migration which changed it.
 * Only what the migrations made: nothing of extensions, nothing of our own bookkeeping.
 */
export async function schemaSnapshot(db: Db): Promise<string> {
  const lines: string[] = []
  for (const question of questions) {
    const rows = await db.many(Line, sql`select line from (${question}) as found order by line collate "C"`)
    lines.push(...rows.map((row) => row.line.trimEnd()))
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : ''
}

const Line = Type.Object({ line: Type.String() })

const ours = sql`n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'migration')
  and n.nspname not like 'pg_temp%'
  and n.nspname not like '\\_timescaledb%'
  and n.nspname not like 'timescaledb%'`

/** Objects that an extension brought with it. */
const extensions = (catalog: Sql, oid: Sql) => sql`not exists (
  select from pg_depend d
  where d.classid = ${catalog}::regclass
  and d.objid = ${oid}
  and d.deptype = 'e'
)`

const name = sql`case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname`

const columns = sql`
  select concat_ws(' ', 'column', ${name} || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attnotnull then 'not null' end,
    case a.attidentity when 'a' then 'identity' when 'd' then 'identity by default' end,
    case when a.attgenerated <> '' then 'generated' end,
    'default ' || pg_get_expr(e.adbin, e.adrelid),
    '-- ' || col_description(c.oid, a.attnum)) as line
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'v', 'm')
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_attrdef e on e.adrelid = a.attrelid and e.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped and ${ours} and ${extensions(sql`'pg_class'`, sql`c.oid`)}`

// PostgreSQL 18 lists not-null among the constraints and earlier ones do not; the column says it already.
const constraints = sql`
  select concat_ws(' ', 'constraint', ${name}, o.conname, pg_get_constraintdef(o.oid)) as line
  from pg_constraint o
  join pg_class c on c.oid = o.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  where o.contype <> 'n' and ${ours} and ${extensions(sql`'pg_class'`, sql`c.oid`)}`

const indexes = sql`
  select 'index ' || pg_get_indexdef(i.indexrelid) as line
  from pg_index i
  join pg_class c on c.oid = i.indrelid
  join pg_namespace n on n.oid = c.relnamespace
  where ${ours}
  and ${extensions(sql`'pg_class'`, sql`c.oid`)}
  and not exists (select from pg_constraint o where o.conindid = i.indexrelid)`

const tables = sql`
  select concat_ws(' ', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
    ${name},
    case when c.relkind in ('v', 'm') then 'as ' || regexp_replace(pg_get_viewdef(c.oid), '\\s+', ' ', 'g') end,
    '-- ' || obj_description(c.oid, 'pg_class')) as line
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm') and ${ours} and ${extensions(sql`'pg_class'`, sql`c.oid`)}`

const triggers = sql`
  select pg_get_triggerdef(t.oid) as line
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  join pg_namespace n on n.oid = c.relnamespace
  where not t.tgisinternal and ${ours} and ${extensions(sql`'pg_proc'`, sql`t.tgfoid`)}`

const functions = sql`
  select regexp_replace(pg_get_functiondef(p.oid), '\\s+', ' ', 'g') as line
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  where p.prokind in ('f', 'p') and ${ours} and ${extensions(sql`'pg_proc'`, sql`p.oid`)}`

const enums = sql`
  select concat_ws(' ', 'enum', t.typname, string_agg(v.enumlabel, ', ' order by v.enumsortorder)) as line
  from pg_type t
  join pg_enum v on v.enumtypid = t.oid
  join pg_namespace n on n.oid = t.typnamespace
  where ${ours} and ${extensions(sql`'pg_type'`, sql`t.oid`)}
  group by t.typname`

const questions = [tables, columns, constraints, indexes, enums, functions, triggers]
