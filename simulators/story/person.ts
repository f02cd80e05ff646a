// A person of the story as an outside client: signs in over HTTP, keeps a page open over the socket, acts by the API.
import { io, type Socket } from 'socket.io-client'
import type { DemoLogin } from '#contract/demo.ts'
import type { ClientToServer, Ring, ServerToClient } from '#contract/live.ts'
import { routes, type RouteInput, type RouteName, type RouteReply } from '#contract/routes.ts'

export type StoryPerson = Awaited<ReturnType<typeof signIn>>

/** Proof of foreground and sound, as an open page gives it (safety 2: at most 30 s old). */
const presenceEveryMs = 10_000

export async function signIn(baseUrl: string, login: DemoLogin) {
  const cookie = await cookieFor(baseUrl, login)

  async function call<N extends RouteName>(name: N, input: RouteInput<N>): Promise<RouteReply<N>> {
    const { params, query, body } = input as { params?: Fields; query?: Fields; body?: Fields }
    const route = routes[name]
    const path = route.path.replace(/:(\w+)/g, (_, key: string) => String(params?.[key]))
    const search = query ? `?${new URLSearchParams(query as Record<string, string>).toString()}` : ''
    const reply = await fetch(`${baseUrl}${path}${search}`, {
      method: route.method,
      headers: { cookie, ...(route.method === 'POST' ? { 'content-type': 'application/json' } : {}) },
      ...(route.method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
    })
    if (!reply.ok) throw new Error(`${name}: ${reply.status} ${await reply.text()}`)
    return (await reply.json()) as RouteReply<N>
  }

  const socket: Socket<ServerToClient, ClientToServer> = io(baseUrl, {
    transports: ['websocket'],
    extraHeaders: { cookie },
  })
  const rings: ((ring: Ring) => void)[] = []
  const prove = () => socket.emit('presence', { inFront: true, sound: true })
  socket.on('connect', prove)
  socket.on('ring', (ring) => {
    socket.emit('rang', ring.tellingId)
    for (const hear of rings) hear(ring)
  })
  const proving = setInterval(prove, presenceEveryMs)
  return {
    login,
    call,
    onRing: (hear: (ring: Ring) => void) => void rings.push(hear),
    close: () => {
      clearInterval(proving)
      socket.disconnect()
    },
  }
}

type Fields = Record<string, unknown>

async function cookieFor(baseUrl: string, { login, password }: DemoLogin): Promise<string> {
  const reply = await fetch(`${baseUrl}${routes.signIn.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password }),
  })
  const cookie = reply.headers.getSetCookie().map((line) => line.split(';')[0])
  if (!reply.ok || cookie.length === 0) throw new Error(`${login} could not sign in: ${reply.status}`)
  return cookie.join('; ')
}
