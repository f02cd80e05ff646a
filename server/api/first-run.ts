// The first account and community of an empty system.
import { randomBytes } from 'node:crypto'
import type { Database, Tx } from '#db/database.ts'
import { meOf } from './account.ts'
import { writeAudit } from './audit-store.ts'
import {
  ensureInstallation,
  grantEverything,
  insertAdmin,
  insertArea,
  isEmpty,
  lockPeople,
  startCommunityLog,
} from './first-run-store.ts'
import type { Asked, Handlers } from './handler.ts'
import { hashPassword } from './password.ts'
import { refused } from './refusals.ts'

/** Signs webhooks: 256 bits, made once for each installation. */
const serverSecretBytes = 32

export function firstRunHandlers({ db }: { db: Database }): Pick<Handlers, 'firstRun'> {
  return {
    async firstRun(asked) {
      if (!(await isEmpty(db))) return refused('not_allowed_now', alreadySetUp)
      if (!isZone(asked.body.zone)) return refused('bad_request', unknownZone)
      const passwordHash = await hashPassword(asked.body.password)
      const personId = await db.transaction((tx) => setUp(tx, asked, passwordHash))
      if (personId === undefined) return refused('not_allowed_now', alreadySetUp)
      await asked.session.start(personId)
      return (await meOf(db, personId)) ?? refused('not_found')
    },
  }
}

const alreadySetUp = {
  zh: '系统已经设置好了，请登录。',
  en: 'The system is already set up. Please sign in.',
}
const unknownZone = {
  zh: '没有这个时区，例如 Asia/Shanghai。',
  en: 'There is no such time zone; an example is Asia/Shanghai.',
}

/** Undefined when somebody else was first. */
async function setUp(
  tx: Tx,
  { body, now }: Asked<'firstRun'>,
  passwordHash: string,
): Promise<number | undefined> {
  await lockPeople(tx)
  if (!(await isEmpty(tx))) return undefined
  const personId = await insertAdmin(tx, { login: body.login, name: body.name, passwordHash })
  const district = await insertArea(tx, { kind: 'district', name: '区县', zone: null, parent: null })
  const street = await insertArea(tx, { kind: 'street', name: '街道', zone: null, parent: district })
  const community = await insertArea(tx, {
    kind: 'community',
    name: body.community,
    zone: body.zone,
    parent: street,
  })
  await grantEverything(tx, { personId, districtId: district.id, communityId: community.id })
  await startCommunityLog(tx, community.id)
  await ensureInstallation(tx, now, randomBytes(serverSecretBytes))
  await writeAudit(tx, { now, personId, what: 'firstRun', communityId: community.id })
  return personId
}

/** A name, no offset: '+08:00' is east of Greenwich here and west of it in PostgreSQL. */
function isZone(zone: string): boolean {
  if (!/^[A-Za-z_]+(\/[\w+-]+)*$/.test(zone)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
