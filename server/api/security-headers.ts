import type { FastifyInstance, FastifyRequest } from 'fastify'

/** On every answer: what a page of ours may load, who may frame it, and that the API is never cached. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy(request),
      // the secret of a resident's private link must not travel to anybody else
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      // no camera, no microphone: part of the promise to the residents
      'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
      ...(request.url.startsWith('/api/') ? { 'cache-control': 'no-store' } : {}),
    })
  })
}

function contentSecurityPolicy(request: FastifyRequest): string {
  return [
    "default-src 'self'",
    "script-src 'self'",
    // Leaflet and uPlot place things with style attributes
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "media-src 'self' data: blob:",
    `connect-src 'self'${socketSources(request)}`,
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    // the demo shows the desk and a phone side by side, as frames of its own page
    "frame-ancestors 'self'",
  ].join('; ')
}

/** WebKit before 15.4, on old tablets, does not count a WebSocket to the own host as 'self'. */
function socketSources({ host }: FastifyRequest): string {
  return /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : ''
}
