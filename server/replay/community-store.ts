import { Type } from 'typebox'
import { Id } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { Refused } from './asked.ts'

const Community = Type.Object({ id: Id, zone: Type.String() })

/** The community that was named, or all of them; days are told by the clock of the first one. @throws Refused */
export async function communitiesOf(
  db: Db,
  named: string | undefined,
): Promise<{ ids: number[]; zone: string }> {
  const rows = await db.many(
    Community,
    sql`
      select id, zone
      from area
      where kind = 'community'
      order by id`,
  )
  const asked = named === undefined ? rows : rows.filter(({ id }) => String(id) === named)
  const [first] = asked
  if (first) return { ids: asked.map(({ id }) => id), zone: first.zone }
  throw new Refused(
    named === undefined
      ? '这个数据库里还没有社区。\nThere is no community in this database.'
      : `没有编号 ${named} 的社区。\nThere is no community ${named}.`,
  )
}
