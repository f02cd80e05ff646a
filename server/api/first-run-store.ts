import { Type } from 'typebox'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const Row = Type.Object({ id: Type.Integer() })

/** True while nobody at all can sign in or be told anything. */
export async function isEmpty(db: Db): Promise<boolean> {
  const { empty } = await db.one(
    Type.Object({ empty: Type.Boolean() }),
    sql`select not exists (select from person) as empty`,
  )
  return empty
}

/** Two first accounts at once: the second waits here, and then is not the first. */
export async function lockPeople(tx: Tx): Promise<void> {
  await tx.run(sql`lock table person in share row exclusive mode`)
}

export async function insertAdmin(
  tx: Tx,
  admin: { login: string; name: string; passwordHash: string },
): Promise<number> {
  const { id } = await tx.one(
    Row,
    sql`
      insert into person (name, title, login, password_hash)
      values (${admin.name}, '管理员', ${admin.login}, ${admin.passwordHash})
      returning id`,
  )
  await tx.run(sql`
    insert into contact_point (person_id, channel)
    values (${id}, 'page')`)
  return id
}

export type NewArea = {
  kind: 'district' | 'street' | 'community'
  name: string
  zone: string | null
  parent: { id: number; path: number[] } | null
}

export async function insertArea(tx: Tx, area: NewArea): Promise<{ id: number; path: number[] }> {
  const { id } = await tx.one(
    Row,
    sql`
      insert into area (parent_id, kind, name, zone, path)
      values (${area.parent?.id ?? null}, ${area.kind}, ${area.name}, ${area.zone}, '{}')
      returning id`,
  )
  const path = [...(area.parent?.path ?? []), id]
  await tx.run(sql`
    update area
    set path = ${path}
    where id = ${id}`)
  return { id, path }
}

/** The first person is everything at once: admin of the district, at the desk of the community, and on duty. */
export async function grantEverything(
  tx: Tx,
  { personId, districtId, communityId }: { personId: number; districtId: number; communityId: number },
): Promise<void> {
  await tx.run(sql`
    insert into area_grant (person_id, area_id, role)
    values (${personId}, ${districtId}, 'admin'), (${personId}, ${communityId}, 'desk')`)
  await tx.run(sql`
    insert into on_duty (person_id, community_id)
    values (${personId}, ${communityId})`)
}

export async function startCommunityLog(tx: Tx, communityId: number): Promise<void> {
  await tx.run(sql`
    insert into community_log (community_id)
    values (${communityId})
    on conflict do nothing`)
}

/** A real installation, unless one is already written down. */
export async function ensureInstallation(tx: Tx, now: number, serverSecret: Buffer): Promise<void> {
  await tx.run(sql`
    insert into installation (mode, created_at, server_secret)
    values ('real', ${at(now)}, ${serverSecret})
    on conflict do nothing`)
}
