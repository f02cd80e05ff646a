// The API over real HTTP, typed by the table of routes.
import { routes, type RouteInput, type RouteName, type RouteReply } from '#contract/routes.ts'

export type InputOf<N extends RouteName> = keyof RouteInput<N> extends never ? [] : [input: RouteInput<N>]
export type Call = <N extends RouteName>(name: N, ...input: InputOf<N>) => Promise<RouteReply<N>>

/** What the service said no to: `${status} ${code}`, and who was first where somebody was. */
export class RefusedCall extends Error {
  override name = 'RefusedCall'
  readonly by: string | undefined

  constructor(status: number, { code, by }: { code: string; by?: string }) {
    super(`${status} ${code}`)
    this.by = by
  }
}

/** Calls the service as whoever these headers name; rejects with RefusedCall. */
export const callerAt =
  (url: string, headers: Record<string, string> = {}): Call =>
  async (name, ...input) => {
    const response = await send(url, { name, headers, input: input[0] ?? {} })
    return (await answerOf(response)) as RouteReply<typeof name>
  }

/** Signs in as the page of a browser does, and gives the session's cookie. */
export async function signIn(url: string, login: { login: string; password: string }): Promise<string> {
  const response = await send(url, { name: 'signIn', headers: {}, input: { body: login } })
  await answerOf(response)
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

type Loose = { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: object }

function send(
  url: string,
  { name, headers, input }: { name: RouteName; headers: Record<string, string>; input: Loose },
): Promise<Response> {
  const { method, path } = routes[name]
  const { params = {}, query = {}, body = {} } = input
  const asked = new URL(
    path.replace(/:(\w+)/g, (_, key: string) => String(params[key])),
    url,
  )
  for (const [key, value] of Object.entries(query)) asked.searchParams.set(key, String(value))
  if (method === 'GET') return fetch(asked, { headers })
  return fetch(asked, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function answerOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json()
  if (!response.ok) throw new RefusedCall(response.status, body as { code: string; by?: string })
  return body
}
