// A write from a page of somebody else's is refused, whatever cookie the browser sends along.
import type { FastifyRequest } from 'fastify'

const readOnly = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * True for reads, for writes from our own pages, and for callers that are no browser. Browsers name the page that
 * a write comes from: `Sec-Fetch-Site` where the address is trustworthy (HTTPS, localhost), `Origin` always.
 * @param ownOrigin the public origin, where a proxy in front changes the Host header
 */
export function comesFromOurselves(request: FastifyRequest, ownOrigin: string | undefined): boolean {
  if (readOnly.has(request.method)) return true
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin } = request.headers
  if (origin === undefined) return true
  return origin === ownOrigin || hostOf(origin) === request.host
}

/**
 * Writes are JSON: a form of another site can send text, files and form fields without asking, but not JSON.
 */
export const isJsonWrite = (request: FastifyRequest): boolean =>
  readOnly.has(request.method) || /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
