// Who is calling: a person by the session cookie, a resident by the secret of her private link.
import { createHash, randomBytes } from 'node:crypto'
import type { Database, Db } from '#db/database.ts'
import {
  dropExpiredSessions,
  endSession,
  findResidentByLink,
  findSession,
  renewSession,
  startSession,
} from './session-store.ts'

export const sessionCookie = 'cp_session'

/** 256 bits, as ASVS asks at least 64 of entropy; the database knows only their SHA-256. */
const tokenBytes = 32
/** A session in use is prolonged, but its row is not written with every request. */
const renewEveryMs = 3_600_000
/** Browsers keep no cookie longer than 400 days; when a session really ends is decided by its row. */
const cookieAgeSMax = 400 * 24 * 3600

export type SessionBounds = { sessionMs: number }

/**
 * The person whose session this `cookie` header carries, or undefined. For HTTP and sockets alike.
 * @param now epoch ms
 */
export async function identify(
  db: Db,
  cookieHeader: string | undefined,
  now: number,
): Promise<number | undefined> {
  const token = sessionTokenIn(cookieHeader)
  return token ? (await findSession(db, sha256(token), now))?.personId : undefined
}

/** As `identify`, and keeps a session in use from expiring. */
export async function identifyAndRenew(
  db: Db,
  cookieHeader: string | undefined,
  when: { now: number } & SessionBounds,
): Promise<number | undefined> {
  const token = sessionTokenIn(cookieHeader)
  if (!token) return undefined
  const tokenHash = sha256(token)
  const session = await findSession(db, tokenHash, when.now)
  if (session && when.now - session.seenAt >= renewEveryMs)
    await renewSession(db, { tokenHash, now: when.now, expiresAt: when.now + when.sessionMs })
  return session?.personId
}

/** Begins a session and gives its token, which is told to the browser and never kept. */
export async function beginSession(
  db: Database | Db,
  { personId, now, sessionMs }: { personId: number; now: number } & SessionBounds,
): Promise<string> {
  const token = randomBytes(tokenBytes).toString('base64url')
  await dropExpiredSessions(db, personId, now)
  await startSession(db, { tokenHash: sha256(token), personId, now, expiresAt: now + sessionMs })
  return token
}

export async function endSessionOf(db: Db, cookieHeader: string | undefined): Promise<void> {
  const token = sessionTokenIn(cookieHeader)
  if (token) await endSession(db, sha256(token))
}

/** The resident whose private link carries this secret: `Authorization: Bearer <secret>`. */
export async function identifyResident(
  db: Db,
  authorization: string | undefined,
): Promise<number | undefined> {
  const [, secret] = /^Bearer ([\w-]{16,128})$/i.exec(authorization ?? '') ?? []
  return secret ? findResidentByLink(db, sha256(secret)) : undefined
}

/**
 * Two people may sit at one browser, each in a frame of their own (/demo shows desk and phone side by side): a page
 * opened with `?slot=phone` sends `cp-slot: phone`, and its session has a cookie of its own.
 */
const nameOfCookie = (slot: string | undefined): string =>
  slot !== undefined && /^[a-z]{1,12}$/.test(slot) ? `${sessionCookie}.${slot}` : sessionCookie

/** The `cookie` header as the page of this slot means it: its own session, and nobody else's. */
export function cookieForSlot(
  cookieHeader: string | undefined,
  slot: string | undefined,
): string | undefined {
  const name = nameOfCookie(slot)
  if (name === sessionCookie) return cookieHeader
  const own = (cookieHeader ?? '').split(';').map((pair) => pair.trim())
  const found = own.find((pair) => pair.startsWith(`${name}=`))
  return found && `${sessionCookie}=${found.slice(name.length + 1)}`
}

type CookieSettings = { secure: boolean; slot?: string | undefined }

/** `Set-Cookie` for a session that begins. */
export const cookieOf = (token: string, { secure, slot }: CookieSettings): string =>
  `${nameOfCookie(slot)}=${token}; Path=/; Max-Age=${cookieAgeSMax}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

/** `Set-Cookie` that takes the cookie away. */
export const noCookie = ({ secure, slot }: CookieSettings): string =>
  `${nameOfCookie(slot)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

function sessionTokenIn(cookieHeader: string | undefined): string | undefined {
  for (const pair of (cookieHeader ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2)
    if (name === sessionCookie && /^[\w-]{43}$/.test(value)) return value
  }
  return undefined
}

const sha256 = (secret: string): Buffer => createHash('sha256').update(secret).digest()
