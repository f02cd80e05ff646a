// The built pages over a fake service, for pictures, never for a story:
// npx tsx dashboard/fake/serve.ts --port 4173 --scene quiet --dist dashboard/dist
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Server } from 'socket.io'
import { Value } from 'typebox/value'
import type { ClientToServer, ServerToClient } from '#contract/live.ts'
import { routes, type Route, type RouteName } from '#contract/routes.ts'
import { repliesOf } from './replies.ts'
import { createState } from './state.ts'
import { nowAt } from './world.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4173' },
    scene: { type: 'string', default: 'morning' },
    dist: { type: 'string', default: fileURLToPath(new URL('../dist', import.meta.url)) },
  },
})
const { port, scene, dist } = values
const state = createState({ quiet: scene === 'quiet', many: scene === 'many' })
const replies = repliesOf(state) as unknown as Record<string, (input: unknown) => unknown>

const server = createServer((request, response) => void answer(request, response))
serveLive()
server.listen(Number(port), () => process.stdout.write(`http://localhost:${port}/desk\n`))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (!url.pathname.startsWith('/api/')) return page(url.pathname, response)
  const found = match(request.method ?? 'GET', url.pathname)
  const reply = found && replies[found.name]
  if (!found || !reply) return send(response, 404, { code: 'not_found', zh: '没有找到。', en: 'Not found.' })
  try {
    const body: unknown = JSON.parse((await read(request)) || '{}')
    const given = reply({ params: found.params, query: Object.fromEntries(url.searchParams), body })
    if (!Value.Check(found.route.reply, given)) throw new Error(faults(found.route, given))
    send(response, 200, given)
  } catch (error) {
    process.stderr.write(`${found.name}: ${String(error)}\n`)
    send(response, 409, { code: 'not_allowed_now', zh: '现在不能这样做。', en: 'Not allowed now.' })
  }
}

const faults = (route: Route, given: unknown): string =>
  [...Value.Errors(route.reply, given)]
    .slice(0, 3)
    .map((fault) => JSON.stringify(fault))
    .join('\n')

function match(method: string, path: string) {
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    if (route.method !== method) continue
    const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')
    const found = new RegExp(`^${route.path.replace(/:\w+/g, '(\\d+)')}$`).exec(path)
    if (!found) continue
    const params = Object.fromEntries(names.map((name, index) => [name, Number(found[index + 1])]))
    return { name, route, params }
  }
  return undefined
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

async function page(path: string, response: ServerResponse): Promise<void> {
  const name = path === '/r' ? '/resident.html' : extname(path) ? path : '/index.html'
  const file = await readFile(join(dist, name)).catch(() => undefined)
  response.writeHead(file ? 200 : 404, { 'content-type': types[extname(name)] ?? 'application/octet-stream' })
  response.end(file)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function serveLive(): void {
  const io = new Server<ClientToServer, ServerToClient>(server, { serveClient: false })
  const cursor = () => ({ epoch: 1, seq: state.log.length })
  io.on('connection', (socket) => {
    socket.on('watch', ({ communityId, cursor: since }, reply) => {
      reply({ ok: true, how: 'replayed', cursor: cursor() })
      const after = since?.seq ?? 0
      socket.emit('events', { communityId, epoch: 1, after, events: state.log.slice(after) })
      socket.emit('head', { communityId, cursor: cursor(), at: nowAt() })
    })
  })
  state.listeners.add((event) =>
    io.emit('events', { communityId: 1, epoch: 1, after: event.seq - 1, events: [event] }),
  )
  setInterval(() => io.emit('head', { communityId: 1, cursor: cursor(), at: nowAt() }), 5000).unref()
}
