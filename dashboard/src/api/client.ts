import { routes } from 'virtual:routes'
import type { Refusal, RouteInput, RouteName, RouteReply } from '#contract/routes.ts'
import { Refused, away } from './refused.ts'
import { ownSlot } from './slot.ts'

type Given<N extends RouteName> = keyof RouteInput<N> extends never
  ? [input?: Nothing, by?: Caller]
  : [input: RouteInput<N>, by?: Caller]

type Nothing = Record<string, never>

/** A resident's page calls with the token of its private link; everybody else has a cookie. */
export type Caller = { token?: string; signal?: AbortSignal; slot?: string }

type Parts = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown }

/** Asks the server: `await call('desk', { params: { id } })`. Throws only `Refused`. */
export async function call<N extends RouteName>(name: N, ...given: Given<N>): Promise<RouteReply<N>> {
  const [method, path] = routes[name]
  const [input = {}, by = {}] = given
  const parts = input as Parts
  const slot = by.slot ?? ownSlot
  const response = await fetch(addressOf(path, parts), {
    method,
    credentials: 'same-origin',
    headers: {
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      ...(by.token ? { authorization: `Bearer ${by.token}` } : {}),
      ...(slot ? { 'cp-slot': slot } : {}),
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify(parts.body ?? {}) }),
    ...(by.signal ? { signal: by.signal } : {}),
  }).catch(() => undefined)
  if (!response) throw new Refused(away, 0)
  const reply: unknown = await response.json().catch(() => undefined)
  if (!response.ok || reply === undefined) throw new Refused(asRefusal(reply), response.status)
  return reply as RouteReply<N>
}

function addressOf(path: string, { params = {}, query = {} }: Parts): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])))
  const asked = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(asked.map(([name, value]) => [name, String(value)]))
  return search.size > 0 ? `${filled}?${search}` : filled
}

const asRefusal = (reply: unknown): Refusal =>
  typeof reply === 'object' && reply !== null && 'code' in reply && 'zh' in reply ? (reply as Refusal) : away
