// Signing in and out, who I am, my language.
import type { Me } from '#contract/account.ts'
import type { Community } from '#contract/community.ts'
import type { Role } from '#contract/primitives.ts'
import type { Database, Db } from '#db/database.ts'
import {
  findPerson,
  keepLanguage,
  rolesOf,
  servedCommunities,
  watchedCommunities,
  type CommunityRow,
} from './account-store.ts'
import { writeAudit } from './audit-store.ts'
import type { Handlers } from './handler.ts'
import { fitsPassword } from './password.ts'
import { refused } from './refusals.ts'
import { findAccount } from './session-store.ts'
import { createSignInThrottle, type ThrottleBounds } from './sign-in-throttle.ts'

export type AccountSettings = {
  db: Database
  limits: ThrottleBounds & { signInTriesOfAddressMax: number }
  onSignOut: (personId: number) => void
}

export function accountHandlers({
  db,
  limits,
  onSignOut,
}: AccountSettings): Pick<Handlers, 'signIn' | 'signOut' | 'me' | 'setLanguage'> {
  const { signInTriesMax, signInTriesOfAddressMax, signInWindowMs } = limits
  const ofLogin = createSignInThrottle(db, 'login', { signInTriesMax, signInWindowMs })
  const ofAddress = createSignInThrottle(db, 'address', {
    signInTriesMax: signInTriesOfAddressMax,
    signInWindowMs,
  })
  return {
    async signIn({ body, now, address, session }) {
      const login = body.login.trim().toLowerCase()
      // both are counted, even where the first already says no
      const allowed = await Promise.all([ofLogin.take(login, now), ofAddress.take(address, now)])
      if (allowed.includes(false)) return refused('too_many_tries')
      const account = await findAccount(db, login)
      const fits = await fitsPassword(body.password, account?.passwordHash ?? null)
      if (!account || !fits) return refused('wrong_login')
      await Promise.all([ofLogin.giveBack(login), ofAddress.giveBack(address)])
      await session.start(account.id)
      await writeAudit(db, { now, personId: account.id, what: 'signedIn' })
      return (await meOf(db, account.id)) ?? refused('wrong_login')
    },
    async signOut({ personId, now, session }) {
      await session.end()
      await writeAudit(db, { now, personId, what: 'signedOut' })
      onSignOut(personId)
      return { ok: true }
    },
    async me({ personId }) {
      return (await meOf(db, personId)) ?? refused('not_signed_in')
    },
    async setLanguage({ personId, body }) {
      await keepLanguage(db, personId, body.language)
      return { ok: true }
    },
  }
}

const watching: readonly Role[] = ['admin', 'supervisor', 'desk']

/** Undefined where there is no such person, or not any more. */
export async function meOf(db: Db, personId: number): Promise<Me | undefined> {
  const person = await findPerson(db, personId)
  if (!person) return undefined
  const roles = await rolesOf(db, personId)
  const home = roles.some((role) => watching.includes(role)) ? 'desk' : 'steward'
  // a desk page lists what it can open; a steward's page names where the steward serves
  const rows =
    home === 'desk' ? await watchedCommunities(db, personId) : await servedCommunities(db, personId)
  return { ...person, roles, communities: rows.map(communityOfRow), home }
}

export function communityOfRow({ centerLng, centerLat, ...community }: CommunityRow): Community {
  const center = centerLng === null || centerLat === null ? null : { lng: centerLng, lat: centerLat }
  return { ...community, center }
}
