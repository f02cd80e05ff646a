// The open pages of a story, and everything that rings in front of people.
import { Type } from 'typebox'
import type { Ring } from '#contract/live.ts'
import type { Clock } from '#clock/clock.ts'
import type { Db } from '#db/database.ts'
import { headOf } from '#db/event-log.ts'
import { sql } from '#db/sql.ts'
import type { Cast } from './cast.ts'
import { openPersonPage, type PersonPage } from './person-page.ts'
import { until } from './until.ts'

export type LoginName = keyof Cast['logins']
export type StoryPages = ReturnType<typeof createStoryPages>

type Rung = { at: number; name: LoginName; ring: Ring }
type StoryPagesOptions = {
  db: Db
  clock: Clock
  cast: Cast
  url: () => string
  /** Where signing in is not what is told: a password takes longer than the rest of a story. */
  cookieOf?: (personId: number) => Promise<string>
}

export function createStoryPages({ db, clock, cast, url, cookieOf }: StoryPagesOptions) {
  const pages = new Map<LoginName, PersonPage>()
  const rung: Rung[] = []
  const connected = () => [...pages].filter(([, page]) => page.isConnected())

  async function page(name: LoginName): Promise<PersonPage> {
    const known = pages.get(name)
    if (known) return known
    const onRing = (ring: Ring) => void rung.push({ at: clock.now(), name, ring })
    const cookie = await cookieOf?.(cast.persons[name])
    const opened = await openPersonPage({ url: url(), login: cast.logins[name], cookie, onRing })
    pages.set(name, opened)
    await proves(name, true)
    return opened
  }

  /** Resolves when the service knows that this person can, or cannot, be rung at a page. */
  async function proves(name: LoginName, isReachable: boolean): Promise<void> {
    const personId = cast.persons[name]
    await until(`the page of ${name} counts as ${isReachable ? '' : 'not '}in front`, async () => {
      return (await isInFront(db, personId)) === isReachable
    })
  }

  return {
    page,
    proves,
    rung,
    open: async (...names: LoginName[]): Promise<void> => void (await Promise.all(names.map(page))),
    /** Whose page says that it rang. */
    answeringIds: () =>
      connected()
        .filter(([, { answers }]) => answers())
        .map(([name]) => cast.persons[name]),
    async haveSeenTheLastEvent(): Promise<boolean> {
      for (const [, { cursors }] of connected()) {
        for (const [communityId, cursor] of cursors) {
          const head = await headOf(db, communityId)
          if (head.epoch !== cursor.epoch || head.seq !== cursor.seq) return false
        }
      }
      return true
    },
    /** After the service was away: the pages come back by themselves. */
    async areBack(): Promise<void> {
      await until('every page has come back', () => connected().length === pages.size)
      for (const name of pages.keys()) await proves(name, true)
    },
    /** The page is closed: nobody can be rung at it any more. */
    async leave(name: LoginName): Promise<void> {
      pages.get(name)?.close()
      pages.delete(name)
      await proves(name, false)
    },
    closeAll: () => pages.forEach((one) => one.close()),
  }
}

async function isInFront(db: Db, personId: number): Promise<boolean> {
  const { found } = await db.one(
    Type.Object({ found: Type.Boolean() }),
    sql`
      select exists (
        select
        from page_presence
        where person_id = ${personId}
          and in_front
          and sound
      ) as found`,
  )
  return found
}
