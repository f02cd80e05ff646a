// Who is let in to a route, by its audience. The door before every handler; scope.ts knows the reach of each person.
import type { FastifyRequest } from 'fastify'
import type { Audience, Route } from '#contract/routes.ts'
import type { Database } from '#db/database.ts'
import { refused, type Refused } from './refusals.ts'
import { isAdmin, scopeOf, type Scope } from './scope.ts'
import { cookieForSlot, identifyAndRenew, identifyResident } from './session.ts'

export type Caller = { personId?: number; residentId?: number }

export type Admission = {
  /** Before the request is read any further: is this somebody at all? */
  recognise: (request: FastifyRequest, now: number) => Promise<Caller | Refused>
  /** With the checked parameters: does this somebody's reach go so far? Undefined lets in. */
  admit: (caller: Caller, id: number | undefined, now: number) => Promise<Refused | undefined>
}

export type AdmissionSettings = { db: Database; limits: { sessionMs: number }; demo: boolean }

/** @throws where the path is not known to scope.ts: such a route must not be served */
export function admissionOf(settings: AdmissionSettings, { who, path }: Route): Admission {
  return { recognise: recogniseFor(settings, who), admit: admitting[who](settings, path) }
}

function recogniseFor({ db, limits }: AdmissionSettings, who: Audience): Admission['recognise'] {
  if (who === 'anyone') return () => Promise.resolve({})
  if (who === 'resident') {
    return async (request) => {
      const residentId = await identifyResident(db, request.headers.authorization)
      return residentId === undefined ? refused('not_signed_in', unknownLink) : { residentId }
    }
  }
  return async (request, now) => {
    const cookie = cookieForSlot(request.headers.cookie, slotOf(request))
    const personId = await identifyAndRenew(db, cookie, { now, sessionMs: limits.sessionMs })
    return personId === undefined ? refused('not_signed_in') : { personId }
  }
}

/** Which of several people at one browser a request speaks for. */
export const slotOf = (request: FastifyRequest): string | undefined => {
  const slot = request.headers['cp-slot']
  return typeof slot === 'string' ? slot : undefined
}

const unknownLink = {
  zh: '这个链接不能用了，请找您的红管家要一个新的。',
  en: 'This link no longer works. Please ask your steward for a new one.',
}

type Admit = Admission['admit']

const letIn: Admit = () => Promise.resolve(undefined)
const turnAway: Admit = () => Promise.resolve(refused('not_found'))

const admitting: Record<Audience, (settings: AdmissionSettings, path: string) => Admit> = {
  anyone: () => letIn,
  resident: () => letIn,
  signedIn: () => letIn,
  demo: ({ demo }) => (demo ? letIn : turnAway),
  admin: ({ db }) => admitAdmins(db),
  watch: ({ db }, path) => admitInScope(db, scopeOf('watch', path)),
  desk: ({ db }, path) => admitInScope(db, scopeOf('desk', path)),
  job: ({ db }, path) => admitInScope(db, scopeOf('job', path)),
  asked: ({ db }, path) => admitInScope(db, scopeOf('asked', path)),
}

const admitAdmins =
  (db: Database): Admit =>
  async ({ personId }) =>
    personId !== undefined && (await isAdmin(db, personId)) ? undefined : refused('not_found')

function admitInScope(db: Database, inScope: Scope): Admit {
  return async ({ personId }, id, now) => {
    const known = personId !== undefined && id !== undefined && Number.isSafeInteger(id)
    return known && (await inScope(db, { personId, id, now })) ? undefined : refused('not_found')
  }
}
