// How often somebody may guess, per login and per address. In the database, so that several servers count as one.
import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

export type SignInThrottle = {
  /** Counts a try before the password is looked at, so that many at once cannot slip through. `now` in epoch ms. */
  take(key: string, now: number): Promise<boolean>
  /** The try was right: it was no guess. */
  giveBack(key: string): Promise<void>
}

export type ThrottleBounds = { signInTriesMax: number; signInWindowMs: number; keysMax?: number }

/** More logins and addresses than this within one window are an attack: the oldest are forgotten. */
const keysMaxByDefault = 10_000

/** @param what keeps the keys of two throttles apart */
export function createSignInThrottle(db: Db, what: string, bounds: ThrottleBounds): SignInThrottle {
  const { signInTriesMax, signInWindowMs, keysMax = keysMaxByDefault } = bounds
  const hashed = (key: string) => createHash('sha256').update(`${what} ${key}`).digest()
  return {
    async take(key, now) {
      const tries = await countTry(db, { key: hashed(key), now, windowMs: signInWindowMs })
      if (tries === 1) await forgetOldest(db, now - signInWindowMs, keysMax)
      return tries <= signInTriesMax
    },
    async giveBack(key) {
      await db.run(sql`
        update sign_in_try
        set tries = tries - 1
        where key = ${hashed(key)}
          and tries > 0`)
    },
  }
}

/** Gives how many there were in this window, this one included. */
async function countTry(
  db: Db,
  { key, now, windowMs }: { key: Buffer; now: number; windowMs: number },
): Promise<number> {
  const { tries } = await db.one(
    Type.Object({ tries: Type.Integer() }),
    sql`
      insert into sign_in_try (key, window_from, tries)
      values (${key}, ${at(now)}, 1)
      on conflict (key) do update
      set window_from = case
          when sign_in_try.window_from <= ${at(now - windowMs)} then excluded.window_from
          else sign_in_try.window_from
        end,
        tries = case
          when sign_in_try.window_from <= ${at(now - windowMs)} then 1
          else sign_in_try.tries + 1
        end
      returning tries`,
  )
  return tries
}

async function forgetOldest(db: Db, before: number, keysMax: number): Promise<void> {
  await db.run(sql`
    delete from sign_in_try
    where window_from <= ${at(before)}
      or key in (
        select key
        from sign_in_try
        order by window_from desc
        offset ${keysMax}
      )`)
}
