// The HTTP side as one function: app.ts gives it the database, the clock and what the other stages can do.
import Fastify, { type FastifyInstance } from 'fastify'
import type { Clock } from '#clock/clock.ts'
import type { Database } from '#db/database.ts'
import type { Log } from '#db/log.ts'
import type { Limits } from '../limits.ts'
import { addApiDocs } from './api-docs.ts'
import { handlersOf } from './handlers.ts'
import type {
  DemoPort,
  HealthPort,
  IncidentActs,
  IncidentViews,
  RuleBookPort,
  TryRulesPort,
  WebSigns,
} from './ports.ts'
import { registerRoutes } from './register-routes.ts'
import { answerErrors } from './request-errors.ts'
import { addSecurityHeaders } from './security-headers.ts'
import { serveDashboard } from './static-pages.ts'

export type ApiConfig = {
  /** Known logins, testers' buttons and movable deadlines. */
  demo: boolean
  /** Sets the session cookie for HTTPS alone, where a proxy in front ends the TLS. */
  secureCookies: boolean
  /** The built pages; without them only the API is served. */
  dashboardDir?: string | undefined
  /** The public origin, where a proxy in front changes the Host header: https://example.org */
  origin?: string | undefined
  /** Believe a proxy's X-Forwarded-For; off, for otherwise anybody could choose an address for the throttle. */
  trustProxy?: boolean
  version?: string
}

export type ApiSettings = {
  db: Database
  clock: Clock
  log: Log
  limits: Limits
  config: ApiConfig
  incidents: IncidentActs & IncidentViews
  ingestWeb: WebSigns
  ruleBook: RuleBookPort
  tryRules: TryRulesPort
  demo: DemoPort | undefined
  health: HealthPort
  /** A session of this person has ended: sockets that it opened must close. */
  onSignOut: (personId: number) => void
}

/** A request that is not complete after this long is somebody holding a connection. */
const requestMsMax = 30_000

/** Every route of the contract, the API's documentation, and the dashboard. Not listening yet. */
export async function createApi(settings: ApiSettings): Promise<FastifyInstance> {
  const { config, db, clock, limits, log } = settings
  const app = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: requestMsMax,
    trustProxy: config.trustProxy ?? false,
  })
  acceptOnlyJson(app)
  addSecurityHeaders(app)
  answerErrors(app, log)
  await addApiDocs(app, config.version ?? '0.1.0')
  const { demo, secureCookies, origin: ownOrigin } = config
  registerRoutes(app, { db, clock, limits, demo, secureCookies, ownOrigin }, handlersOf(settings))
  await serveDashboard(app, config.dashboardDir)
  return app
}

/** A write without a body is an empty one; anything that is not JSON is refused. */
function acceptOnlyJson(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, {})
    else void parseJson(request, body.toString(), done)
  })
}
