import { Type, type Static } from 'typebox'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const Account = Type.Object({ id: Type.Integer(), passwordHash: Type.Union([Type.String(), Type.Null()]) })
export type Account = Static<typeof Account>

export const findAccount = (db: Db, login: string): Promise<Account | undefined> =>
  db.maybeOne(
    Account,
    sql`
      select id, password_hash
      from person
      where login = ${login}
        and active`,
  )

export async function startSession(
  db: Db,
  session: { tokenHash: Buffer; personId: number; now: number; expiresAt: number },
): Promise<void> {
  await db.run(sql`
    insert into login_session (token_hash, person_id, created_at, seen_at, expires_at)
    values (
      ${session.tokenHash}, ${session.personId}, ${at(session.now)}, ${at(session.now)}, ${at(session.expiresAt)}
    )`)
}

const LiveSession = Type.Object({ personId: Type.Integer(), seenAt: Type.Integer() })

/** The session of this token, unless it has expired or its person was taken off. */
export const findSession = (
  db: Db,
  tokenHash: Buffer,
  now: number,
): Promise<Static<typeof LiveSession> | undefined> =>
  db.maybeOne(
    LiveSession,
    sql`
      select s.person_id, s.seen_at
      from login_session s
      join person p on p.id = s.person_id
      where s.token_hash = ${tokenHash}
        and s.expires_at > ${at(now)}
        and p.active`,
  )

export async function renewSession(
  db: Db,
  session: { tokenHash: Buffer; now: number; expiresAt: number },
): Promise<void> {
  await db.run(sql`
    update login_session
    set seen_at = ${at(session.now)}, expires_at = ${at(session.expiresAt)}
    where token_hash = ${session.tokenHash}`)
}

export async function endSession(db: Db, tokenHash: Buffer): Promise<void> {
  await db.run(sql`delete from login_session where token_hash = ${tokenHash}`)
}

export async function dropExpiredSessions(db: Db, personId: number, now: number): Promise<void> {
  await db.run(sql`
    delete from login_session
    where person_id = ${personId}
      and expires_at <= ${at(now)}`)
}

const ResidentOfLink = Type.Object({ id: Type.Integer() })

/** Whose private link this is. */
export async function findResidentByLink(db: Db, linkHash: Buffer): Promise<number | undefined> {
  const found = await db.maybeOne(
    ResidentOfLink,
    sql`
      select id
      from resident
      where link_hash = ${linkHash}`,
  )
  return found?.id
}
