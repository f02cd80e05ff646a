// The dashboard as built by vite: hashed assets for ever, index.html for every page of it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { answerRefusal, refused } from './refusals.ts'

/** vite puts a hash of the content into the name of everything below /assets: it never changes. */
const hashed = '/assets/'
const forEver = 'public, max-age=31536000, immutable'

/** @param dashboardDir of the build; undefined serves the API alone */
export async function serveDashboard(app: FastifyInstance, dashboardDir: string | undefined): Promise<void> {
  const built = dashboardDir !== undefined && existsSync(join(dashboardDir, 'index.html'))
  if (built) {
    await app.register(fastifyStatic, {
      root: dashboardDir,
      cacheControl: false,
      setHeaders: (response, path) => {
        const isHashed = path.slice(dashboardDir.length).replaceAll('\\', '/').startsWith(hashed)
        response.header('cache-control', isHashed ? forEver : 'no-cache')
      },
    })
  }
  app.setNotFoundHandler((request, reply) =>
    built && isPage(request)
      ? reply.header('cache-control', 'no-cache').sendFile(pageOf(request))
      : notFound(request, reply),
  )
}

/** A page of the dashboard's own router: no API, and no file, which would then be HTML under a wrong name. */
function isPage({ method, url }: FastifyRequest): boolean {
  const [path = '/'] = url.split('?')
  const isApi = path === '/api' || path.startsWith('/api/')
  const isFile = path.startsWith(hashed) || /\.[a-z0-9]{2,5}$/i.test(path)
  return (method === 'GET' || method === 'HEAD') && !isApi && !isFile
}

/** `/r#secret` is the resident's own light page: nothing of the staff's pages is loaded there. */
const pageOf = ({ url }: FastifyRequest): string =>
  /^\/r\/?(\?|$)/.test(url) ? 'resident.html' : 'index.html'

const notFound = (_: FastifyRequest, reply: FastifyReply): FastifyReply =>
  answerRefusal(reply.type('application/json'), refused('not_found'))
